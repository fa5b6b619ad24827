"""Curves and calibrations of a run, which matplotlib draws where it is there."""

from typing import Any

from evalserve.calls.results import Rows
from evalserve.errors import InputRefused

_AXES = {"roc": ("False positive rate", "True positive rate"), "pr": ("Recall", "Precision")}
_AREAS = {"roc": "roc_auc", "pr": "average_precision"}


class Curve:
    """A ROC or precision-recall curve of one class against the rest; raises InputRefused for another kind."""

    def __init__(self, kind: str, answer: dict[str, Any]) -> None:
        if kind not in _AXES:
            raise InputRefused(f"A curve is 'roc' or 'pr', not {kind!r}.")
        self.kind = kind
        self.label: Any = answer["label"]
        points = answer[kind]
        self.x: list[float] = points["x"]
        self.y: list[float] = points["y"]
        self.thresholds: list[float | None] = points["thresholds"]
        # Of all scores, however few points are drawn.
        self.area: float | None = answer[_AREAS[kind]]

    def to_pandas(self) -> Any:
        """Return the points as a DataFrame."""
        rows = zip(self.x, self.y, self.thresholds, strict=True)
        return Rows({"x": x, "y": y, "threshold": threshold} for x, y, threshold in rows).to_pandas()

    def plot(self, ax: Any = None) -> Any:
        """Draw the curve with matplotlib and return its axes."""
        ax = _axes(ax)
        area = "undefined" if self.area is None else f"{self.area:.4f}"
        name = f"{self.label}: {_AREAS[self.kind].replace('_', ' ')} {area}"
        (line,) = ax.plot(self.x, self.y, drawstyle="default" if self.kind == "roc" else "steps-post")
        _explain(ax, line, name, *_AXES[self.kind])
        return ax


class Calibration:
    """How far the probabilities of a class are from what happened; `data` has the whole answer."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.data = answer
        self.label: Any = answer["label"]
        self.ece: float | None = answer["ece"]
        self.brier: float | None = answer["brier"]
        self.bins = Rows(answer["bins"])

    def to_pandas(self) -> Any:
        """Return the bins as a DataFrame."""
        return self.bins.to_pandas()

    def plot(self, ax: Any = None) -> Any:
        """Draw the reliability diagram with matplotlib and return its axes."""
        ax = _axes(ax)
        ax.plot([0, 1], [0, 1], color="grey", linewidth=1, linestyle="dotted")
        (line,) = ax.plot([row["mean_score"] for row in self.bins], [row["share"] for row in self.bins], marker="o")
        ece = "undefined" if self.ece is None else f"{self.ece:.4f}"
        _explain(ax, line, f"{self.label}: calibration error {ece}", "Mean score", "Share of the class")
        return ax


def _axes(ax: Any) -> Any:
    if ax is not None:
        return ax
    from matplotlib import pyplot as plt  # noqa: PLC0415 -- optional, and slow to load

    return plt.subplots()[1]


def _explain(ax: Any, line: Any, name: str, x: str, y: str) -> None:
    # A class may be called $x$ or _x: neither a formula nor a name that hides the line.
    text = ax.legend([line], [""]).get_texts()[0]
    text.set_parse_math(False)
    text.set_text(name)
    ax.set(xlabel=x, ylabel=y, xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
