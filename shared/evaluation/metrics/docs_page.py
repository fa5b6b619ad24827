"""The metrics' page in the documentation: `python -m shared.evaluation.metrics.docs_page > docs/metrics.md`."""

from collections.abc import Iterator

from shared.evaluation.metrics import CATALOGUE, FAMILIES, Family, Metric

_OPENING = f"""\
# Metrics

All {len(CATALOGUE)} metrics that this service computes, each with its one id. Other names of the same metric are
attributes of it: PyCM's (in the answers of `/v1/matrices/{{uid}}/statistics`, in exports and reports), the call of
scikit-learn that gives the same value, and the field of an answer that has a name of its own. With `_` in place of
`.`, the id is a safe name for MLflow and other trackers: `f1.macro` is `f1_macro`.

An undefined metric is `null`; nothing counts as 0 silently. A macro mean is undefined if it is for one class, and the
answers under `/v1/matrices` then say why, with the mean in which undefined classes count as 0 (scikit-learn's
`zero_division=0`). Multi-label averages leave undefined labels out (scikit-learn's `zero_division=nan`).

**Interval** is the method of a metric's confidence interval, the same on all pages and in all answers, or why it has
none: `docs/statistics.md` explains each. Metrics **by PyCM** are kept for programs that read them under PyCM's names;
pages leave them out.

**Of labels** marks a metric that PyCM calls AUC, AUNU, AUNP or AUPR although no scores enter: it is a mean of recall
and specificity, or of precision and recall. The area under a ROC curve of scores is `roc_auc`.

This page is made from `shared/evaluation/metrics`: `python -m shared.evaluation.metrics.docs_page`.
"""

_HEADER = (
    "| id | metric | formula | better | range | interval | undefined if | other names | source |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
)


def page() -> str:
    """The page as Markdown."""
    return _OPENING + "".join(part for family in FAMILIES for part in _section(family))


def _section(family: Family) -> Iterator[str]:
    yield f"\n## {family.title}\n\n{family.about}\n"
    for group in family.groups:
        yield f"\n### {group.title}\n\n{_HEADER}"
        yield from map(_row, group.metrics)


def _row(metric: Metric) -> str:
    cells = (
        f"`{metric.id}`",
        f"**{metric.title}**. {metric.definition}",
        metric.formula,
        "" if metric.direction == "none" else metric.direction,
        _range(metric),
        _interval(metric),
        metric.undefined_when() or "never",
        _other_names(metric),
        metric.source or "",
    )
    return f"| {' | '.join(cell.replace('|', '∣') for cell in cells)} |\n"


def _interval(metric: Metric) -> str:
    return metric.interval or (f"none: {metric.without_interval}" if metric.without_interval else "")


def _range(metric: Metric) -> str:
    if metric.range is None:
        return "words"
    low, high = (_bound(bound) for bound in metric.range)
    return f"{low} to {high}"


def _bound(bound: float) -> str:
    return f"{bound:.4g}".replace("inf", "∞").replace("-", "−")


def _other_names(metric: Metric) -> str:
    names = [
        metric.pycm and f"PyCM `{metric.pycm}`{' (of labels)' if metric.of_labels else ''}",
        metric.sklearn and f"scikit-learn `{metric.sklearn}`",
        metric.field and f"field `{metric.field}`",
    ]
    return ", ".join(filter(None, names))


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 -- the page is what it is called for
