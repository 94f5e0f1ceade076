"""KernelDisplay: which weights are drawn where, their colours, and where a layer is found."""

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skpnn.plotting import KernelDisplay

KERNELS = np.random.RandomState(0).normal(size=(5, 3, 2, 7))


class Network(BaseEstimator):
    """Something that holds a Keras model."""

    def __init__(self, model_=None):
        self.model_ = model_


@pytest.fixture(scope="module")
def model():
    inside = keras.Sequential([keras.Input((4, 4, 3)), keras.layers.Conv2D(5, 2, name="deep")])
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            keras.layers.Conv2D(3, 5, name="first"),
            keras.layers.Conv2DTranspose(3, 1, name="transposed"),
            inside,
            keras.layers.Flatten(),
            keras.layers.Dense(2),
        ]
    )


def pictures(display):
    return [np.asarray(image.get_array()) for image in display.images_]


def test_kernels_are_drawn_in_their_order():
    one_channel = KERNELS[:, :, 0]
    expected = np.moveaxis(one_channel, 2, 0)
    np.testing.assert_array_equal(pictures(KernelDisplay(one_channel).plot()), expected)


def test_several_channels_are_averaged():
    expected = np.moveaxis(KERNELS.mean(axis=2), 2, 0)
    np.testing.assert_array_equal(pictures(KernelDisplay(KERNELS).plot()), expected)


def test_one_channel_can_be_chosen():
    expected = np.moveaxis(KERNELS[:, :, 1], 2, 0)
    np.testing.assert_array_equal(pictures(KernelDisplay(KERNELS).plot(channel=1)), expected)


@pytest.mark.parametrize("channel", [2, -1, "red"])
def test_a_channel_that_is_not_there_is_refused(channel):
    with pytest.raises(ValueError, match=r"channel=.* is not possible; expected one of \[0, 1\]"):
        KernelDisplay(KERNELS).plot(channel=channel)


def test_one_scale_about_zero_serves_all():
    largest = np.abs(KERNELS[:, :, 0]).max()
    display = KernelDisplay(KERNELS).plot(channel=0)
    assert {image.get_clim() for image in display.images_} == {(-largest, largest)}


def test_each_picture_can_have_a_scale_of_its_own():
    display = KernelDisplay(KERNELS).plot(channel=0, shared_scale=False)
    reaches = np.abs(KERNELS[:, :, 0]).max(axis=(0, 1))
    assert [image.get_clim() for image in display.images_] == [(-r, r) for r in reaches]
    assert display.colorbar_ is None


def test_kernels_of_zeros_are_white():
    (image,) = KernelDisplay(np.zeros((3, 3, 1))).plot().images_
    assert np.asarray(image.to_rgba(image.get_array()))[0, 0] == pytest.approx(1, abs=0.04)


def test_rows_follow_each_other_downwards():
    images = KernelDisplay(KERNELS).plot(n_columns=3).images_
    left, top = np.transpose([(image.get_extent()[0], image.get_extent()[3]) for image in images])
    assert [len(np.unique(column)) for column in (left, top)] == [3, 3]
    assert left[0] == left[3] < left[4]
    assert top[0] == top[2] < top[3]


def test_pictures_do_not_overlap():
    display = KernelDisplay(KERNELS).plot(n_columns=3)
    boxes = [image.get_window_extent() for image in display.images_]
    clashes = [a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i]]
    assert not any(clashes)


def test_all_pictures_lie_within_the_axes():
    display = KernelDisplay(KERNELS).plot(n_columns=3)
    extents = np.array([image.get_extent() for image in display.images_])
    (left, right), (bottom, top) = display.ax_.get_xlim(), display.ax_.get_ylim()
    assert left < extents[:, 0].min()
    assert extents[:, 1].max() < right
    assert top < extents[:, 3].min()
    assert extents[:, 2].max() < bottom


def test_pixels_are_square():
    display = KernelDisplay(KERNELS).plot()
    left, right, bottom, top = display.images_[0].get_extent()
    assert (bottom - top) / (right - left) == pytest.approx(5 / 3)
    assert display.ax_.get_aspect() == 1


def test_the_colour_bar_is_as_high_as_the_pictures():
    display = KernelDisplay(KERNELS).plot()
    display.figure_.canvas.draw()
    bar, pictures = (ax.get_window_extent() for ax in (display.colorbar_.ax, display.ax_))
    assert (bar.y0, bar.y1) == pytest.approx((pictures.y0, pictures.y1))
    assert display.colorbar_.ax.get_ylabel() == "weight"


def test_without_a_colour_bar():
    display = KernelDisplay(KERNELS).plot(colorbar=False)
    assert display.colorbar_ is None
    assert display.ax_.child_axes == []


def test_options_go_to_the_pictures():
    display = KernelDisplay(KERNELS).plot(cmap="gray", vmax=3)
    assert {(image.get_cmap().name, image.get_clim()[1]) for image in display.images_} == {
        ("gray", 3)
    }


def test_the_name_is_the_title():
    display = KernelDisplay(KERNELS, name="first")
    assert display.plot().ax_.get_title() == "first"
    assert display.plot(name="second").ax_.get_title() == "second"


@pytest.mark.parametrize("kernels", [np.ones((5, 5)), np.ones((5, 5, 0)), [[[np.nan]]]])
def test_something_else_than_kernels_is_refused(kernels):
    with pytest.raises(ValueError, match=r"expected finite numbers of shape \(height, width, n_ch"):
        KernelDisplay(kernels).plot()


def test_refused_kernels_open_no_figure():
    with pytest.raises(ValueError, match="n_columns=0 is not possible"):
        KernelDisplay(KERNELS).plot(n_columns=0)
    assert plt.get_fignums() == []


@pytest.mark.parametrize(
    ("layer", "name"), [(0, "first"), ("first", "first"), (1, "deep"), (-1, "deep")]
)
def test_a_layer_is_found_by_number_or_name(model, layer, name):
    display = KernelDisplay.from_estimator(Network(model), layer=layer)
    (of_name,) = (one for one in model._flatten_layers() if one.name == name)
    assert display.name == name
    np.testing.assert_array_equal(display.kernels, of_name.get_weights()[0])


def test_a_model_and_a_pipeline_are_opened(model):
    pipeline = make_pipeline(FunctionTransformer(), Network(model))
    for estimator in (model, pipeline):
        assert len(KernelDisplay.from_estimator(estimator).images_) == 3


def test_from_estimator_takes_a_name(model):
    assert KernelDisplay.from_estimator(model, name="edges").ax_.get_title() == "edges"


@pytest.mark.parametrize("layer", ["dense", "transposed", 2, -3, 0.5])
def test_another_layer_is_refused(model, layer):
    with pytest.raises(ValueError, match=r"Conv2D layers are \['first', 'deep'\]"):
        KernelDisplay.from_estimator(model, layer=layer)


def test_an_estimator_without_a_model_is_refused():
    with pytest.raises(ValueError, match="LogisticRegression holds no Keras model"):
        KernelDisplay.from_estimator(make_pipeline(LogisticRegression()))
