"""A run as text in a terminal, and as HTML in a notebook."""

from collections.abc import Sequence
from html import escape
from typing import Any, Protocol

# A terminal shows one line of them; the last are of sets of labels.
_HEADLINES = (
    "accuracy", "balanced_accuracy", "f1.macro", "mcc",
    "multilabel.subset_accuracy", "multilabel.f1.micro", "multilabel.f1.macro", "multilabel.hamming_loss",
)  # fmt: skip

# A larger matrix is no longer read at a glance.
_MAX_CLASSES = 20


class Described(Protocol):
    """What is shown of a run."""

    metrics: dict[str, float | None]
    classes: list[dict[str, Any]]
    labels: list[Any]
    matrix: list[list[float]] | None

    @property
    def id(self) -> str: ...  # noqa: D102 -- as of a run
    @property
    def name(self) -> str | None: ...  # noqa: D102 -- as of a run
    @property
    def rows(self) -> int: ...  # noqa: D102 -- as of a run
    @property
    def weighted_by(self) -> str | None: ...  # noqa: D102 -- as of a run
    @property
    def notices(self) -> list[str]: ...  # noqa: D102 -- as of a run
    @property
    def url(self) -> str: ...  # noqa: D102 -- as of a run


def of_run(run: Described) -> str:
    """Return a run in a few lines, in which nothing steers a terminal."""
    lines = [f"Run {_title(run)}: {_size(run)}"]
    lines.append("  ".join(f"{name} {number(run.metrics[name])}" for name in headlines(run.metrics)))
    labels = [printable(str(entry["label"])) for entry in run.classes]
    width = max(map(len, labels), default=0)
    for label, entry in zip(labels[:_MAX_CLASSES], run.classes, strict=False):
        metrics = "  ".join(f"{name} {number(entry[name])}" for name in ("precision", "recall", "f1"))
        lines.append(f"  {label:<{width}}  {metrics}  support {entry['support']:,}")
    if len(run.classes) > _MAX_CLASSES:
        lines.append(f"  and {len(run.classes) - _MAX_CLASSES:,} further classes")
    lines += [f"Notice: {notice}" for notice in run.notices]
    return "\n".join(map(printable, [*lines, run.url]))


def html_of_run(run: Described) -> str:
    """Return a run as HTML; every text of the user is escaped."""
    values = "".join(f"<th>{escape(name)}</th><td>{number(run.metrics[name])}</td>" for name in headlines(run.metrics))
    notices = "".join(f"<p>Notice: {escape(notice)}</p>" for notice in run.notices)
    title = f"<p><b>Run {escape(_title(run))}</b>: {escape(_size(run))}</p>"
    link = f'<p><a href="{escape(run.url)}">{escape(run.url)}</a></p>'
    return f"<div>{title}<table><tr>{values}</tr></table>{_matrix(run)}{notices}{link}</div>"


def _size(run: Described) -> str:
    weighted = "" if run.weighted_by is None else f", weighted by {run.weighted_by}"
    classes = f", {len(run.labels)} classes" if run.labels else ""
    return f"{run.rows:,} samples{classes}{weighted}"


def headlines(metrics: dict[str, float | None]) -> list[str]:
    """Return the names of the metrics that stand first."""
    return [name for name in _HEADLINES if name in metrics]


def number(value: float | None) -> str:
    """Return a metric with four digits; a dash where it is undefined."""
    return "—" if value is None else f"{value:.4f}"


def printable(value: str) -> str:
    """Return a text in which what would steer a terminal is escaped."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in value)


def _title(run: Described) -> str:
    return run.id if run.name is None else repr(run.name)


def _matrix(run: Described) -> str:
    if not run.matrix or len(run.labels) > _MAX_CLASSES:
        return ""
    head = "".join(f"<th>{escape(str(label))}</th>" for label in run.labels)
    rows = "".join(
        f"<tr><th>{escape(str(label))}</th>{_cells(counts)}</tr>"
        for label, counts in zip(run.labels, run.matrix, strict=True)
    )
    return f"<table><caption>Rows are actual, columns predicted</caption><tr><td></td>{head}</tr>{rows}</table>"


def _cells(counts: Sequence[float]) -> str:
    most = max(*counts, 1e-9)
    return "".join(
        f'<td style="text-align:right;background:rgba(46,111,219,{count / most * 0.6:.2f})">{count:,.10g}</td>'
        for count in counts
    )
