import io
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from shared.curves.kinds.curve import CurveType
from shared.evaluation.curves.one_vs_rest import ClassifierCurves, measure_curves
from shared.evaluation.types import Label
from shared.kit.number_format import value_text
from worker.rendering.curve_plot import render_curves
from worker.rendering.plot import Plot

SVG = "{http://www.w3.org/2000/svg}"


def _measured(classes: int, samples: int = 90) -> ClassifierCurves:
    random = np.random.default_rng(1)
    codes = random.integers(0, classes, samples).astype(np.uint8)
    codes[:classes] = range(classes)
    scores = random.random((samples, classes)) + 0.5 * np.eye(classes)[codes]
    return measure_curves(scores / scores.sum(axis=1, keepdims=True), codes)


def _render(labels: tuple[Label, ...], kind: CurveType = "ROC", title: str | None = None) -> Plot:
    return render_curves(labels, _measured(len(labels)), kind, title=title, dpi=60)


def _texts(plot: Plot) -> list[str]:
    return ["".join(text.itertext()) for text in ET.fromstring(plot["svg"]).iter(f"{SVG}text")]


def test_labels_and_title_are_text_whatever_they_hold() -> None:
    plot = _render(("<script>alert(1)</script>", "$bad$", "日本語"), title="$x^2$ <b>")

    texts = _texts(plot)
    assert "$x^2$ <b>" in texts
    assert any(text.startswith("$bad$ (") for text in texts)
    assert any(text.startswith("日本語 (") for text in texts)
    assert [element.tag for element in ET.fromstring(plot["svg"]).iter() if "script" in element.tag] == []


def test_the_legend_tells_the_areas() -> None:
    measured = _measured(2)
    texts = _texts(render_curves(("no", "yes"), measured, "ROC", title=None, dpi=60))

    assert f"micro average ({value_text(measured.micro.areas.roc)})" in texts
    assert f"macro average ({value_text(measured.macro.areas.roc)})" in texts


@pytest.mark.parametrize(("classes", "drawn"), [(2, 2), (10, 10), (12, 10)])
def test_of_many_classes_the_ten_smallest_areas_are_drawn(classes: int, drawn: int) -> None:
    texts = _texts(_render(tuple(f"class {number}" for number in range(classes)), "PR"))

    assert sum(text.startswith("class ") for text in texts) == drawn
    assert any("2 classes not drawn" in text for text in texts) == (classes == 12)


def test_the_same_curves_give_the_same_bytes() -> None:
    assert _render((0, 1)) == _render((0, 1))


def test_the_picture_is_a_png_of_its_size_and_has_curves_in_it() -> None:
    picture = Image.open(io.BytesIO(_render((0, 1))["png"]))

    assert (picture.format, picture.size) == ("PNG", (384, 336))
    assert len(picture.convert("RGB").getcolors(maxcolors=100_000) or ()) > 100
