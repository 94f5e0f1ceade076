"""The fetcher against a server of this process, with files of a few rows."""

import gzip
import hashlib
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from skpnn.datasets import _hepmass, fetch_hepmass, load_ttbar_resonance

NAME = "all_test.csv.gz"
LABELS = [1, 0, 0, 1, 1, 0]
MASSES = [499.99996948242188, 750, 1500, 1000, 1250, 499.99996948242188]


def rows():
    features = np.random.RandomState(0).normal(size=(6, 27))
    return np.column_stack([LABELS, features, MASSES])


def compressed(table, *, row_end=""):
    header = ",".join(["# label", *(f"f{i}" for i in range(27)), "mass"])
    lines = [",".join(f"{value:.18e}" for value in row) + row_end for row in table]
    return gzip.compress("\n".join([header, *lines, ""]).encode())


@pytest.fixture(scope="module")
def content():
    return compressed(rows())


@pytest.fixture
def file(content, tmp_path):
    path = tmp_path / NAME
    path.write_bytes(content)
    return path


class Archive(ThreadingHTTPServer):
    """Serve one file under every name, and count how often."""

    def __init__(self, content, *, announced=None):
        super().__init__(("127.0.0.1", 0), Answer)
        self.content, self.served = content, 0
        self.announced = len(content) if announced is None else announced
        self.url = f"http://127.0.0.1:{self.server_port}/"


class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.served += 1
        self.send_response(200 if self.server.content else 404)
        self.send_header("Content-Length", str(self.server.announced))
        self.end_headers()
        self.wfile.write(self.server.content)

    def log_message(self, *arguments):
        """Keep the tests' output clean."""


@pytest.fixture
def serve(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    running = []

    def start(content, **options):
        archive = Archive(content, **options)
        thread = threading.Thread(target=archive.serve_forever, args=(0.01,))
        thread.start()
        running.append((archive, thread))
        return archive

    yield start
    for archive, thread in running:
        archive.shutdown()
        thread.join()
        archive.server_close()


def checksums(content):
    return {NAME: hashlib.sha256(content).hexdigest()}


def get(archive, content, data_home, *, download_if_missing=True):
    return _hepmass.cached_file(
        NAME,
        data_home=data_home,
        download_if_missing=download_if_missing,
        base_url=archive.url,
        sha256=checksums(content),
    )


def files_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_checksums_agree_with_what_another_party_publishes():
    first, second = (int(one, 16) for one in _hepmass._SHA256.values())
    published = "becdb27c603c40ba3a746736a224535585b8c19f8d02db7da28d0fc78726c52b"
    assert f"{first ^ second:064x}" == published


def test_columns_are_those_of_the_shipped_sample(file):
    X, _ = _hepmass.read_events(file)
    assert list(X) == list(load_ttbar_resonance()[0])


def test_features_are_read_in_their_order(file):
    X, _ = _hepmass.read_events(file)
    np.testing.assert_allclose(X.iloc[:, :27], rows()[:, 1:28], rtol=1e-7)


def test_labels_and_types(file):
    X, y = _hepmass.read_events(file)
    assert y.tolist() == LABELS
    assert (y.name, y.dtype) == ("label", np.int64)
    assert set(X.dtypes) == {np.dtype("float32")}
    assert X.index.equals(y.index)


def test_mass_is_in_whole_gev_and_nan_on_background(file):
    X, _ = _hepmass.read_events(file)
    np.testing.assert_array_equal(X["mass"], [500, np.nan, np.nan, 1000, 1250, np.nan])


def test_mass_of_background_can_be_kept(file):
    X, _ = _hepmass.read_events(file, keep_background_mass=True)
    np.testing.assert_array_equal(X["mass"], [500, 750, 1500, 1000, 1250, 500])


def test_first_rows_alone(file):
    X, y = _hepmass.read_events(file, n_rows=2)
    assert len(X) == len(y) == 2


def test_separator_at_the_end_of_rows_shifts_nothing(file):
    X, y = _hepmass.read_events(file)
    file.write_bytes(compressed(rows(), row_end=","))
    again, labels = _hepmass.read_events(file)
    assert again.equals(X)
    assert labels.equals(y)


@pytest.mark.parametrize(("column", "value"), [(0, 2), (28, 600)])
def test_refuses_a_table_of_something_else(file, column, value):
    table = rows()
    table[3, column] = value
    file.write_bytes(compressed(table))
    with pytest.raises(ValueError, match="is no file of HEPMASS"):
        _hepmass.read_events(file)


def test_downloads_once(serve, content, tmp_path):
    archive = serve(content)
    paths = {get(archive, content, tmp_path) for _ in range(2)}
    assert paths == {tmp_path / "hepmass" / NAME}
    assert paths.pop().read_bytes() == content
    assert archive.served == 1


def test_fetches_and_reads(serve, content, tmp_path, monkeypatch):
    monkeypatch.setattr(_hepmass, "_BASE_URL", serve(content).url)
    monkeypatch.setattr(_hepmass, "_SHA256", checksums(content))
    X, y = fetch_hepmass(data_home=tmp_path, subset="test", n_rows=4, keep_background_mass=True)
    assert X.shape == (4, 28)
    assert y.tolist() == LABELS[:4]
    assert X["mass"].notna().all()


def test_what_was_downloaded_is_found_without_downloading(serve, content, tmp_path):
    archive = serve(content)
    path = get(archive, content, tmp_path)
    assert get(archive, content, tmp_path, download_if_missing=False) == path


def test_another_file_is_refused_and_deleted(serve, content, tmp_path):
    archive = serve(content[:-1] + b"?")
    with pytest.raises(ValueError, match="does not match the known hash"):
        get(archive, content, tmp_path)
    assert not files_in(tmp_path)


def test_download_that_breaks_off_leaves_nothing(serve, content, tmp_path):
    archive = serve(content[:100], announced=len(content))
    with pytest.raises(OSError, match="could not be downloaded"):
        get(archive, content, tmp_path)
    assert not files_in(tmp_path)


def test_archive_without_the_file(serve, content, tmp_path):
    archive = serve(b"")
    with pytest.raises(OSError, match=r"404.*put the file of http.* at .*all_test.csv.gz by hand"):
        get(archive, content, tmp_path)
    assert not files_in(tmp_path)


def test_damaged_file_is_downloaded_again(serve, content, tmp_path):
    archive = serve(content)
    get(archive, content, tmp_path).write_bytes(b"damaged")
    assert get(archive, content, tmp_path).read_bytes() == content


def test_damaged_file_is_refused_without_downloading(serve, content, tmp_path):
    archive = serve(content)
    get(archive, content, tmp_path).write_bytes(b"damaged")
    with pytest.raises(OSError, match=r"is damaged \(its SHA-256 .*download_if_missing=False"):
        get(archive, content, tmp_path, download_if_missing=False)


@pytest.mark.parametrize(("subset", "name"), [("train", "all_train"), ("test", "all_test")])
def test_missing_file_is_named(tmp_path, subset, name):
    with pytest.raises(OSError, match=f"{name}.csv.gz does not exist, and download_if_missing"):
        fetch_hepmass(data_home=tmp_path, subset=subset, download_if_missing=False)
    assert not files_in(tmp_path)


def test_refuses_another_subset(tmp_path):
    with pytest.raises(ValueError, match=r"subset='all' is not possible; expected one of"):
        fetch_hepmass(data_home=tmp_path, subset="all")


@pytest.mark.parametrize("n_rows", [0, 1.5])
def test_refuses_a_number_of_rows_that_is_not_one(tmp_path, n_rows):
    with pytest.raises(ValueError, match=f"n_rows={n_rows} is not possible; expected an integer"):
        fetch_hepmass(data_home=tmp_path, n_rows=n_rows)


def test_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(ImportError, match=r'pip install "skpnn\[hepmass\]"'):
        fetch_hepmass(data_home=tmp_path)
