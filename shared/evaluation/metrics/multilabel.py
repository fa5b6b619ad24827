"""Metrics of classifiers that give each sample any number of labels, read from `MultiLabelResult`."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from shared.evaluation.metrics.definition import (
    ABOVE_ZERO,
    ABSENT,
    NEVER_OCCURS,
    NEVER_PREDICTED,
    Averaging,
    Group,
    Metric,
)
from shared.evaluation.multilabel.statistics import MultiLabelResult
from shared.evaluation.rates import defined
from shared.evaluation.types import Floats

Read = Callable[[MultiLabelResult], Any]


class _Rate(NamedTuple):
    name: str
    title: str
    formula: str
    undefined: str
    undefined_everywhere: str


_RATES = (
    _Rate("precision", "Precision", "TP/(TP+FP)", NEVER_PREDICTED, "no label is predicted"),
    _Rate("recall", "Recall", "TP/(TP+FN)", NEVER_OCCURS, "no label occurs"),
    _Rate("f1", "F1", "2·TP/(2·TP+FP+FN)", ABSENT, "no label occurs or is predicted"),
    _Rate("jaccard", "Jaccard index", "TP/(TP+FP+FN)", ABSENT, "no label occurs or is predicted"),
)

_AVERAGES: dict[Averaging, str] = {
    "micro": "{} over all pairs of sample and label pooled.",
    "macro": "Mean of the labels’ {} where defined, each label counting the same.",
    "weighted": "Mean of the labels’ {} where defined, weighted by their support.",
    "samples": "Mean of the samples’ {} where defined.",
}


def _metric(metric_id: str, title: str, definition: str, formula: str, read: Read, **more: Any) -> Metric:
    more = {"undefined": (), **more}
    return Metric(
        id=f"multilabel.{metric_id}",
        title=title,
        definition=definition,
        formula=formula,
        read=read,
        needs="label sets",
        **more,
    )


def _averages(rate: _Rate) -> Iterator[Metric]:
    for averaging, text in _AVERAGES.items():
        call = f"{rate.name}_score(average='{averaging}')"
        # Jaccard's zero_division is 0 or 1 in scikit-learn, never left out.
        same = rate.name != "jaccard" or averaging == "micro"
        rate_name = rate.title if text.startswith("{}") else rate.title.lower() if rate.name != "f1" else rate.title
        yield _metric(
            f"{rate.name}.{averaging}",
            f"{rate.title} ({averaging})",
            text.format(rate_name),
            rate.formula,
            _reader(rate.name, averaging),
            averaging=averaging,
            undefined=(rate.undefined_everywhere,),
            sklearn=call if same else None,
            interval="delta",
        )


def _reader(name: str, averaging: str) -> Read:
    return lambda result: getattr(getattr(result.averages, name), averaging)


def _of_class(rate: _Rate) -> Metric:
    return _metric(
        f"{rate.name}.class",
        rate.title,
        f"{rate.title} of the decision whether a sample has this label.",
        rate.formula,
        lambda result: _values(getattr(result.class_shares, rate.name)),
        averaging="class",
        undefined=(rate.undefined,),
        sklearn=None if rate.name == "jaccard" else f"{rate.name}_score(average=None)",
        interval="wilson",
    )


def _two_sided(name: str) -> Read:
    return lambda result: _values(getattr(result.by_class, name))


def _values(values: Floats) -> tuple[float | None, ...]:
    return tuple(map(defined, values.tolist()))


AVERAGES = Group("Averages over labels and samples", tuple(metric for rate in _RATES for metric in _averages(rate)))

WHOLE = Group(
    "Whole sets of labels",
    (
        _metric(
            "subset_accuracy",
            "Subset accuracy",
            "Share of the samples whose predicted labels are exactly the actual ones.",
            "samples with all labels right/samples",
            lambda result: result.averages.subset_accuracy,
            sklearn="accuracy_score()",
            interval="wilson",
        ),
        _metric(
            "hamming_loss",
            "Hamming loss",
            "Share of the pairs of sample and label that are decided incorrectly.",
            "(FP+FN)/(samples·labels)",
            lambda result: result.averages.hamming_loss,
            direction="lower",
            sklearn="hamming_loss()",
            interval="delta",
        ),
    ),
)

BY_CLASS = Group(
    "Each label",
    (
        *map(_of_class, _RATES),
        _metric(
            "support.class",
            "Support",
            "Samples that have this label.",
            "TP+FN",
            lambda result: tuple(result.support.tolist()),
            averaging="class",
            range=ABOVE_ZERO,
            direction="none",
        ),
        _metric(
            "accuracy.class",
            "Accuracy",
            "Share of the samples for which this label is decided correctly.",
            "(TP+TN)/samples",
            lambda result: tuple(result.by_class.accuracy.tolist()),
            averaging="class",
        ),
        *(
            _metric(
                f"{name}.class_two_sided",
                f"{title} (mean of present and absent)",
                f"Mean of the {text} of “has this label” and of “does not have it”.",
                f"mean of {formula}, and the same of the absence",
                _two_sided(name),
                averaging="class",
                undefined=undefined,
            )
            for name, title, text, formula, undefined in (
                (
                    "precision",
                    "Precision",
                    "precision",
                    "TP/(TP+FP)",
                    (NEVER_PREDICTED, "{} is predicted for every sample"),
                ),
                ("recall", "Recall", "recall", "TP/(TP+FN)", (NEVER_OCCURS, "every sample has {}")),
                (
                    "f1",
                    "F1",
                    "F1",
                    "2·TP/(2·TP+FP+FN)",
                    (ABSENT, "every sample has {} and it is predicted for every sample"),
                ),
            )
        ),
    ),
)
