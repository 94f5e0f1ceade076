"""Images of hand-written digits: MNIST's where its files are, scikit-learn's enlarged elsewhere."""

import gzip
import math
import zlib
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_IMAGES = "t10k-images-idx3-ubyte"
_LABELS = "t10k-labels-idx1-ubyte"
_SIZE = 28
# scikit-learn's images have 8 × 8 pixels from 0 to 16: each becomes 3 × 3, with 2 empty ones around
# them all, about as wide as MNIST's margin.
_REPEAT, _MARGIN, _BRIGHTEST = 3, 2, 16


def load_digit_images(
    folder: str | PathLike[str] | None = None,
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Load images of hand-written digits, 28 × 28 pixels each.

    They are the 10,000 test images of MNIST [1]_ where `folder` holds them, and else the 1,797 that
    come with scikit-learn, enlarged: so what is written for the ones runs everywhere.

    Parameters
    ----------
    folder : path, default=None
        Where MNIST's files ``t10k-images-idx3-ubyte`` and ``t10k-labels-idx1-ubyte`` lie, as they
        are or compressed (``.gz``). None, or a folder that does not exist, stands for
        scikit-learn's images.

    Returns
    -------
    images : ndarray of shape (n, 28, 28), float32
        The brightness of the pixels, from 0 (background) to 1 (ink), by row and column.
    labels : ndarray of shape (n,), int64
        The digits, 0 to 9.

    Raises
    ------
    FileNotFoundError
        If `folder` exists and lacks one of the files.
    ValueError
        If a file is damaged, or holds something else.

    Notes
    -----
    To enlarge an image of `sklearn.datasets.load_digits`, each of its 8 × 8 pixels is repeated
    three times in both directions, and two empty pixels are put around the 24 × 24.

    References
    ----------
    .. [1] Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based learning applied to
       document recognition", Proc. IEEE 86, 2278 (1998).

    Examples
    --------
    >>> images, labels = load_digit_images()
    >>> images.shape, labels[:5]
    ((1797, 28, 28), array([0, 1, 2, 3, 4]))
    """
    if folder is None or not Path(folder).exists():
        return _enlarged_digits()
    images_path, labels_path = (_found(Path(folder), name) for name in (_IMAGES, _LABELS))
    images, labels = _read_idx(images_path, n_axes=3), _read_idx(labels_path, n_axes=1)
    _check_pair(images, labels, Path(folder))
    return np.divide(images, 255, dtype=np.float32), labels.astype(np.int64)


def _enlarged_digits() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    # scikit-learn takes longer to import than all the rest of skpnn.datasets.
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    small = images.reshape(-1, 8, 8).astype(np.float32) / _BRIGHTEST
    large = small.repeat(_REPEAT, axis=1).repeat(_REPEAT, axis=2)
    return np.pad(large, [(0, 0), (_MARGIN,) * 2, (_MARGIN,) * 2]), labels.astype(np.int64)


def _found(folder: Path, name: str) -> Path:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.exists():
            return path
    raise FileNotFoundError(
        f"{folder} holds neither {name} nor {name}.gz; expected both {_IMAGES} and {_LABELS}, as "
        "MNIST has them. Without a folder, scikit-learn's digits are loaded."
    )


def _read_idx(path: Path, *, n_axes: int) -> NDArray[np.uint8]:
    """Return the bytes of an IDX file: two zeros, a type, the number of axes, sizes, data."""
    content = _content(path)
    start = 4 + 4 * n_axes
    sizes = [int.from_bytes(content[i : i + 4], "big") for i in range(4, start, 4)]
    # 8 is the type of unsigned bytes.
    is_idx = content[:4] == bytes([0, 0, 8, n_axes])
    if not is_idx or len(content) != start + math.prod(sizes):
        raise ValueError(
            f"{path} is no IDX file of unsigned bytes in {n_axes} dimensions, or is damaged: its "
            f"{len(content)} bytes begin with {content[:start]!r}. Get it anew."
        )
    return np.frombuffer(content, dtype=np.uint8, offset=start).reshape(sizes)


def _content(path: Path) -> bytes:
    content = path.read_bytes()
    if path.suffix != ".gz":
        return content
    try:
        return gzip.decompress(content)
    except (EOFError, OSError, zlib.error) as error:
        raise ValueError(f"{path} is damaged ({error}). Get it anew.") from error


def _check_pair(images: NDArray[np.uint8], labels: NDArray[np.uint8], folder: Path) -> None:
    if images.shape[1:] != (_SIZE, _SIZE) or len(images) != len(labels) or np.any(labels > 9):
        raise ValueError(
            f"The files in {folder} hold images of shape {images.shape} and {len(labels)} labels "
            f"up to {labels.max(initial=0)}; expected (n, {_SIZE}, {_SIZE}) and n digits, 0 to 9."
        )
