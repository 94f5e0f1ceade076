"""θ as columns of X: which ones, reading and writing them."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from skpnn._theta_columns import column_names, n_columns_of, theta_columns, with_theta

NAMES = ["pt", "met", "mass", "width"]


@pytest.mark.parametrize(
    ("theta", "columns"),
    [
        (-1, [3]),
        (0, [0]),
        (np.int64(-2), [2]),
        ("mass", [2]),
        ([0, -1], [0, 3]),
        (["width", 0], [3, 0]),
        (("width", "mass"), [3, 2]),
    ],
)
def test_theta_columns_keeps_the_order_given(theta, columns):
    assert theta_columns(theta, n_columns=4, names=NAMES).tolist() == columns


@pytest.mark.parametrize(
    ("theta", "names", "message"),
    [
        ("mas", NAMES, r"theta='mas' is no column of X; its columns are \['pt', 'met', 'mass'"),
        ("mass", None, r"theta='mass' is a column name, but X has no column names"),
        (4, NAMES, r"theta=4 is no column of X, whose n_features = 4; give an index from -4 to 3"),
        (-5, None, r"theta=-5 is no column of X"),
        ([-1, 3], None, r"theta=\[-1, 3\] names a column twice"),
        (["mass", 2], NAMES, r"names a column twice"),
        ([], NAMES, r"theta=\[\] is not understood"),
        ([0, 1, 2, 3], NAMES, r"θ is the only column: X has n_features = 4"),
    ],
)
def test_theta_columns_names_what_is_wrong(theta, names, message):
    with pytest.raises(ValueError, match=message):
        theta_columns(theta, n_columns=4, names=names)


def test_theta_columns_leaves_at_least_one_feature():
    with pytest.raises(ValueError, match="n_features = 1 "):
        theta_columns(-1, n_columns=1)


def test_column_names_of_a_frame():
    assert column_names(pd.DataFrame({"pt": [1.0], 3: [2.0]})) == ["pt", 3]


def test_column_names_of_an_array():
    assert column_names(np.ones((2, 2))) is None


@pytest.mark.parametrize("theta", [None, 0.5, True, [0.5, 1], {"mass"}, []])
def test_what_is_no_column_is_refused(theta):
    with pytest.raises(ValueError, match="is not understood; expected a column's index or name"):
        theta_columns(theta, n_columns=4)


def test_a_name_of_two_columns_is_refused():
    with pytest.raises(ValueError, match="'pt' is the name of several columns"):
        theta_columns("pt", n_columns=3, names=["pt", "pt", "mass"])


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.ones(3), r"X has shape \(3,\); expected"),
        (np.ones((0, 2)), "X has 0 rows"),
        (csr_array(np.eye(3)), r"X is sparse; .* X.toarray\(\)"),
    ],
)
def test_what_is_no_table_is_refused(X, message):
    with pytest.raises(ValueError, match=message):
        n_columns_of(X)


def test_with_theta_makes_integers_floats():
    assert with_theta(np.array([[1, 2]]), np.array([1]), np.array([0.5])).tolist() == [[1, 0.5]]
