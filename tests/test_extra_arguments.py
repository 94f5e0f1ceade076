"""Extra arguments that neither routing nor the model function knows."""

import pytest

from skpnn._extra_arguments import check_extra_arguments


class Estimator:
    def __init__(self, depth=1, **kwargs):
        self.depth = depth


def model_function(meta, width=4):
    return meta, width


def any_model_function(**arguments):
    return arguments


def check(*extra, function=model_function):
    check_extra_arguments(Estimator, function, extra, ["fit", "loss"])


@pytest.mark.parametrize("name", ["width", "meta", "depth", "fit__shuffle", "loss__0__delta"])
def test_known_argument_passes(name):
    check(name)


@pytest.mark.parametrize("name", ["widht", "fit", "fit_shuffle", "fits__shuffle"])
def test_unknown_argument_raises(name):
    with pytest.raises(TypeError, match=f"Estimator got an unexpected argument '{name}'"):
        check("width", name)


def test_message_names_what_is_known():
    with pytest.raises(TypeError, match=r"model function's \(\['width'\]\).*\(fit__…, loss__…\)"):
        check("widht")


def test_model_function_with_keywords_takes_any():
    check("anything", function=any_model_function)


def test_built_model_takes_none():
    with pytest.raises(TypeError, match="unexpected argument 'width'"):
        check("width", function=None)
