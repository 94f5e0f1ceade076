"""Images of digits: IDX files of a few images, MNIST's own, and scikit-learn's enlarged."""

import gzip
import struct

import numpy as np
import pytest
from sklearn.datasets import load_digits

from skpnn.datasets import load_digit_images

IMAGES, LABELS = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"
PIXELS = np.random.RandomState(0).randint(0, 256, size=(3, 28, 28))
DIGITS = np.array([7, 0, 9])


def idx(array):
    sizes = struct.pack(f">{array.ndim}I", *array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.astype(np.uint8).tobytes()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / IMAGES).write_bytes(idx(PIXELS))
    (tmp_path / LABELS).write_bytes(idx(DIGITS))
    return tmp_path


def test_pixels_are_shares_of_255(folder):
    images, _ = load_digit_images(folder)
    assert images.dtype == np.float32
    np.testing.assert_allclose(images, PIXELS / 255, rtol=1e-6)


def test_labels_are_integers(folder):
    _, labels = load_digit_images(folder)
    assert (labels.dtype, labels.tolist()) == (np.int64, [7, 0, 9])


def test_compressed_files_hold_the_same(folder):
    expected = load_digit_images(folder)
    for name in (IMAGES, LABELS):
        content = (folder / name).read_bytes()
        (folder / f"{name}.gz").write_bytes(gzip.compress(content))
        (folder / name).unlink()
    for one, other in zip(load_digit_images(folder), expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_path_may_be_a_string(folder):
    assert len(load_digit_images(str(folder))[0]) == 3


@pytest.mark.parametrize("name", [IMAGES, LABELS])
def test_a_folder_that_lacks_a_file_is_refused(folder, name):
    (folder / name).unlink()
    with pytest.raises(FileNotFoundError, match=rf"neither {name} nor {name}\.gz; expected both"):
        load_digit_images(folder)


@pytest.mark.parametrize("fault", [lambda b: b[:-1], lambda b: b + b"?", lambda b: b[:9]])
def test_a_file_of_another_length_is_refused(folder, fault):
    path = folder / IMAGES
    path.write_bytes(fault(path.read_bytes()))
    with pytest.raises(ValueError, match=rf"{IMAGES} is no IDX file .* or is damaged"):
        load_digit_images(folder)


@pytest.mark.parametrize("content", [b"", b"<html>", idx(PIXELS)])
def test_something_else_in_the_place_of_labels_is_refused(folder, content):
    (folder / LABELS).write_bytes(content)
    with pytest.raises(ValueError, match=rf"{LABELS} is no IDX file of unsigned bytes in 1 dim"):
        load_digit_images(folder)


@pytest.mark.parametrize(
    "fault", [lambda b: b[:-9], lambda b: b"?" + b, lambda b: b[:20] + b"?????" + b[25:]]
)
def test_a_damaged_archive_is_refused(folder, fault):
    (folder / IMAGES).unlink()
    path = folder / f"{IMAGES}.gz"
    path.write_bytes(fault(gzip.compress(idx(PIXELS))))
    with pytest.raises(ValueError, match=rf"{IMAGES}\.gz is damaged"):
        load_digit_images(folder)


@pytest.mark.parametrize(
    ("name", "array"),
    [(IMAGES, PIXELS[:2]), (IMAGES, PIXELS[:, :27]), (LABELS, np.array([1, 2, 10]))],
)
def test_files_that_do_not_belong_together_are_refused(folder, name, array):
    (folder / name).write_bytes(idx(array))
    with pytest.raises(ValueError, match=r"expected \(n, 28, 28\) and n digits, 0 to 9"):
        load_digit_images(folder)


def test_a_folder_that_does_not_exist_stands_for_scikit_learns_digits(tmp_path):
    assert len(load_digit_images(tmp_path / "absent")[0]) == 1797


def test_enlarged_pixels_are_squares_of_three():
    images, _ = load_digit_images()
    middle = images[:, 3:-2:3, 3:-2:3]
    np.testing.assert_array_equal(16 * middle, load_digits().images)
    np.testing.assert_array_equal(images[:, 2:-2, 2:-2], np.kron(middle, np.ones((3, 3))))


def test_enlarged_images_have_an_empty_margin():
    images, _ = load_digit_images()
    assert images.shape == (1797, 28, 28)
    assert images.sum() == images[:, 2:-2, 2:-2].sum()


def test_enlarged_images_are_of_the_same_kind_as_mnists():
    images, labels = load_digit_images()
    assert (images.dtype, images.min(), images.max()) == (np.float32, 0, 1)
    np.testing.assert_array_equal(labels, load_digits().target)


def test_mnists_test_images(shared_data):
    images, labels = load_digit_images(shared_data("mnist_t10k"))
    assert (images.shape, images.min(), images.max()) == ((10_000, 28, 28), 0, 1)
    counts = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert np.bincount(labels).tolist() == counts
