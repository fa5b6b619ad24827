"""ROC and precision-recall curves as a picture."""

import matplotlib as mpl
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

from shared.curves.kinds.curve import CurveType
from shared.evaluation.curves.one_vs_rest import ClassifierCurves, CurveSummary, UndefinedCurve
from shared.evaluation.curves.roc_and_pr import CurvePoints
from shared.evaluation.types import Label
from shared.kit.number_format import value_text
from shared.presentation.labels import cut, label_text, plain_text
from worker.rendering.curve_result import area
from worker.rendering.drawing import Drawing
from worker.rendering.fonts import drawable, fit_text
from worker.rendering.plot import SETTINGS, Plot, as_plot

# More lines than this cannot be distinguished; the averages and the classes with the smallest areas say most.
DRAWN_CLASSES = 10

_LABEL_COLUMNS = 24
_HEIGHT, _WIDTH, _WIDTH_WITH_MANY = 5.6, 6.4, 9.0
# More entries would cover the lines, so they stand beside them.
_ENTRIES_INSIDE = 6
_TITLE_POINTS, _AXIS_POINTS, _LEGEND_POINTS = 13, 10.5, 8.5
_TITLES: dict[CurveType, str] = {"ROC": "ROC curve", "PR": "Precision-recall curve"}
_AXES: dict[CurveType, tuple[str, str]] = {
    "ROC": ("False positive rate", "True positive rate"),
    "PR": ("Recall", "Precision"),
}


def render_curves(
    classes: tuple[Label, ...], measurements: ClassifierCurves, kind: CurveType, *, title: str | None, dpi: int
) -> Plot:
    """The curves with their areas in the legend, as PNG and SVG; beyond ten classes the ten smallest areas.

    Draws under matplotlib's global settings, so one thread of a process at a time.
    """
    with mpl.rc_context(SETTINGS):
        summaries = _worst(list(zip(classes, measurements.per_class, strict=True)), kind)
        width = _WIDTH if len(summaries) <= _ENTRIES_INSIDE else _WIDTH_WITH_MANY
        figure = Figure(figsize=(width, _HEIGHT), dpi=dpi, facecolor="#ffffff", layout="constrained")
        axes = figure.add_subplot()
        labels = [_draw(axes, label, summary, kind, position) for position, (label, summary) in enumerate(summaries)]
        _draw_averages(axes, measurements, kind)
        if kind == "ROC":
            axes.plot([0, 1], [0, 1], color="#777777", linewidth=0.8, linestyle=":")
        _finish(axes, kind)
        originals = _legend(figure, axes, labels, hidden=len(measurements.per_class) - len(summaries))
        full_title = plain_text(title) if title and title.strip() else _TITLES[kind]
        heading = fit_text(full_title, _TITLE_POINTS, _WIDTH - 1)
        text = axes.set_title(drawable(heading), size=_TITLE_POINTS, parse_math=False)
        return as_plot(Drawing(figure, {**originals, text: heading}, full_title))


def _worst(
    classes: list[tuple[Label, CurveSummary | UndefinedCurve]], kind: CurveType
) -> list[tuple[Label, CurveSummary]]:
    summaries = [(label, summary) for label, summary in classes if isinstance(summary, CurveSummary)]
    if len(summaries) <= DRAWN_CLASSES:
        return summaries
    return sorted(summaries, key=lambda pair: area(pair[1].areas, kind))[:DRAWN_CLASSES]


def _draw(axes: Axes, label: Label, summary: CurveSummary, kind: CurveType, position: int) -> str:
    text = f"{cut(label_text(label), _LABEL_COLUMNS)} ({value_text(area(summary.areas, kind))})"
    _line(
        axes, (summary.roc if kind == "ROC" else summary.pr).curve, kind, drawable(text), colormaps["tab10"](position)
    )
    return text


def _draw_averages(axes: Axes, measurements: ClassifierCurves, kind: CurveType) -> None:
    micro = measurements.micro
    curve = (micro.roc if kind == "ROC" else micro.pr).curve
    line = _line(axes, curve, kind, f"micro average ({value_text(area(micro.areas, kind))})", "#000000")
    line.set(linestyle="--", linewidth=1.8)
    if kind == "ROC":
        line = _line(
            axes, measurements.macro.roc, kind, f"macro average ({value_text(measurements.macro.areas.roc)})", "#555555"
        )
        line.set(linestyle="-.", linewidth=1.8)


def _line(axes: Axes, curve: CurvePoints, kind: CurveType, label: str, colour: object) -> Line2D:
    # Between two scores the precision is that of the higher one.
    style = "default" if kind == "ROC" else "steps-pre"
    (line,) = axes.plot(curve.x, curve.y, label=label, color=colour, linewidth=1.4, drawstyle=style)
    return line


def _finish(axes: Axes, kind: CurveType) -> None:
    x, y = _AXES[kind]
    axes.set_xlabel(x, size=_AXIS_POINTS)
    axes.set_ylabel(y, size=_AXIS_POINTS)
    axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.02))
    axes.set_aspect("equal")
    axes.grid(visible=True, color="#e4e4e4", linewidth=0.6)
    axes.set_axisbelow(True)


def _legend(figure: Figure, axes: Axes, labels: list[str], *, hidden: int) -> dict[Text, str]:
    title = "Area" if not hidden else f"Area; {hidden} classes not drawn"
    sizes = {"title": title, "fontsize": _LEGEND_POINTS, "title_fontsize": _LEGEND_POINTS}
    if len(labels) <= _ENTRIES_INSIDE:
        legend = axes.legend(loc="best", **sizes)
    else:
        legend = figure.legend(loc="outside right upper", **sizes)
    texts = legend.get_texts()
    for text in texts:
        text.set_parse_math(False)
    return dict(zip(texts, labels, strict=False))
