"""Every public name has complete numpydoc: shapes, errors, an example that the tests run."""

import inspect
import re
from operator import attrgetter

from numpydoc.docscrape import FunctionDoc, get_doc_object
from numpydoc.validate import validate

import skpnn

# A summary may say it all, and not everything has a relative.
OPTIONAL = {"ES01", "SA01"}
# Of methods: documented, parameters named and none invented, what comes back.
OF_METHODS = {"GL08", "PR01", "PR02", "RT01", "SS03"}
ARRAY = re.compile("(array-like|ndarray|DataFrame or array)")
DATA = {"X", "y", "y_true", "scores"}


def item_of(name):
    return attrgetter(name.removeprefix("skpnn."))(skpnn)


def methods_of(name):
    """Return the public methods that skpnn itself defines, by their path."""
    item = item_of(name)
    if not inspect.isclass(item):
        return {}
    found = {key: getattr(item, key) for key in dir(item) if not key.startswith("_")}
    return {
        f"{name}.{key}": method
        for key, method in found.items()
        if callable(method) and (getattr(method, "__module__", None) or "").startswith("skpnn")
    }


def faults_of(name, method):
    checked = OF_METHODS - {"RT01"} if FunctionDoc(method)["Yields"] else OF_METHODS
    return [(name, *error) for error in validate(name)["errors"] if error[0] in checked]


def is_exception(name):
    item = item_of(name)
    return inspect.isclass(item) and issubclass(item, Exception)


def takes_data(function):
    parameters = inspect.signature(function).parameters.values()
    return any(one.name in DATA and one.default is one.empty for one in parameters)


def described_arrays(doc):
    """Return the arguments, attributes and results that are arrays."""
    sections = ("Parameters", "Attributes", "Returns", "Yields")
    entries = [entry for section in sections for entry in doc.get(section, ())]
    return [entry for entry in entries if ARRAY.match(entry.type)]


def test_docstring_is_complete(callable_name):
    optional = OPTIONAL | {"EX01"} if is_exception(callable_name) else OPTIONAL
    found = validate(callable_name)["errors"]
    assert [error for error in found if error[0] not in optional] == []


def test_methods_are_documented(callable_name):
    methods = methods_of(callable_name).items()
    assert [fault for name, method in methods for fault in faults_of(name, method)] == []


def test_example_can_be_run(callable_name):
    if not is_exception(callable_name):
        assert ">>> " in "\n".join(get_doc_object(item_of(callable_name))["Examples"])


def test_arrays_have_shapes(callable_name):
    items = [item_of(callable_name), *methods_of(callable_name).values()]
    arrays = [entry for item in items for entry in described_arrays(get_doc_object(item))]
    assert [entry for entry in arrays if "shape (" not in entry.type] == []


def test_what_takes_data_tells_its_errors(callable_name):
    item = item_of(callable_name)
    functions = methods_of(callable_name) if inspect.isclass(item) else {callable_name: item}
    taking = {name: function for name, function in functions.items() if takes_data(function)}
    assert [name for name, one in taking.items() if not FunctionDoc(one)["Raises"]] == []
