"""What the splitters share."""

import numpy as np
import pytest

from skpnn.model_selection._splitting import check_n_splits, dealt, shuffling


@pytest.mark.parametrize("n_splits", [1, 0, -3, 2.0, "5", None, True])
def test_n_splits_is_an_integer_of_two_or_more(n_splits):
    with pytest.raises(ValueError, match="expected an integer of at least 2"):
        check_n_splits(n_splits)


def test_n_splits_may_be_numpys():
    check_n_splits(np.int64(2))


def test_parts_differ_by_one_row_at_most():
    parts = dealt(np.random.default_rng(0).permutation(17), 5)
    assert sorted(np.bincount(parts)) == [3, 3, 3, 4, 4]


def test_a_seed_that_is_not_used_is_an_error():
    with pytest.raises(ValueError, match="random_state=0 has no effect"):
        shuffling(False, 0)
