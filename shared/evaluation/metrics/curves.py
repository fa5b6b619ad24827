"""Metrics of scores, each class against the rest, read from `ClassifierCurves`."""

from collections.abc import Callable
from typing import Any

from shared.evaluation.curves.one_vs_rest import ClassifierCurves, CurveSummary
from shared.evaluation.metrics.definition import NEVER_OCCURS, Group, Metric


def _of_class(read: Callable[[CurveSummary], float]) -> Callable[[ClassifierCurves], tuple[float | None, ...]]:
    return lambda curves: tuple(
        read(summary) if isinstance(summary, CurveSummary) else None for summary in curves.per_class
    )


def _metric(metric_id: str, title: str, definition: str, formula: str, read: Callable[..., Any], **more: Any) -> Metric:
    # Where fewer than two classes occur there are no curves at all, and so no averages either.
    undefined = (NEVER_OCCURS,) if more.get("averaging") == "class" else ()
    return Metric(
        id=metric_id,
        title=title,
        definition=definition,
        formula=formula,
        undefined=undefined,
        read=read,
        needs="scores",
        **more,
    )


_ROC = "P(score of a positive > score of a negative) + P(equal)/2"
_PR = "trapezoids between the points (recall, precision)"
_AP = "Σ (recallᵢ − recallᵢ₋₁)·precisionᵢ"

CURVES = Group(
    "Areas under curves",
    (
        _metric(
            "roc_auc.class",
            "ROC AUC",
            "Area under the ROC curve of this class’s scores against the rest.",
            _ROC,
            _of_class(lambda summary: summary.areas.roc),
            averaging="class",
            source="Hanley and McNeil 1982",
            sklearn="roc_auc_score(average=None, multi_class='ovr')",
            interval="moderated-delong",
        ),
        _metric(
            "roc_auc.ovr_macro",
            "ROC AUC (macro, one against the rest)",
            "Mean of the ROC AUC of the classes that occur.",
            f"mean of {_ROC}",
            lambda curves: curves.macro.areas.roc,
            averaging="macro",
            sklearn="roc_auc_score(average='macro', multi_class='ovr')",
            interval="moderated-delong",
        ),
        _metric(
            "roc_auc.ovr_micro",
            "ROC AUC (micro, one against the rest)",
            "ROC AUC of every pair of sample and class as one decision.",
            _ROC,
            lambda curves: curves.micro.areas.roc,
            averaging="micro",
            sklearn="roc_auc_score(average='micro', multi_class='ovr')",
            interval="moderated-delong",
        ),
        _metric(
            "average_precision.class",
            "Average precision",
            "Mean of the precision at each score, weighted by the recall it adds.",
            _AP,
            _of_class(lambda summary: summary.areas.average_precision),
            averaging="class",
            sklearn="average_precision_score(average=None)",
            interval="influence",
        ),
        _metric(
            "average_precision.ovr_macro",
            "Average precision (macro, one against the rest)",
            "Mean of the average precision of the classes that occur.",
            f"mean of {_AP}",
            lambda curves: curves.macro.areas.average_precision,
            averaging="macro",
            sklearn="average_precision_score(average='macro')",
            interval="influence",
        ),
        _metric(
            "average_precision.ovr_micro",
            "Average precision (micro, one against the rest)",
            "Average precision of every pair of sample and class as one decision.",
            _AP,
            lambda curves: curves.micro.areas.average_precision,
            averaging="micro",
            sklearn="average_precision_score(average='micro')",
            interval="influence",
        ),
        _metric(
            "pr_auc.class",
            "PR AUC",
            "Area under the precision-recall curve by trapezoids; too high between points.",
            _PR,
            _of_class(lambda summary: summary.areas.pr),
            averaging="class",
            interval="influence",
        ),
        _metric(
            "pr_auc.ovr_macro",
            "PR AUC (macro, one against the rest)",
            "Mean of the PR AUC of the classes that occur.",
            f"mean of {_PR}",
            lambda curves: curves.macro.areas.pr,
            averaging="macro",
            interval="influence",
        ),
        _metric(
            "pr_auc.ovr_micro",
            "PR AUC (micro, one against the rest)",
            "PR AUC of every pair of sample and class as one decision.",
            _PR,
            lambda curves: curves.micro.areas.pr,
            averaging="micro",
            interval="influence",
        ),
    ),
)

BEST_THRESHOLDS = Group(
    "At the best threshold",
    (
        _metric(
            "f1.best_threshold.class",
            "Best F1",
            "F1 at the threshold with the largest F1.",
            "max 2·P·R/(P+R)",
            _of_class(lambda summary: summary.best.f1.f1),
            averaging="class",
        ),
        _metric(
            "youden.best_threshold.class",
            "Best Youden index",
            "Largest true positive rate minus false positive rate.",
            "max TPR − FPR",
            _of_class(lambda summary: summary.best.youden.tpr - summary.best.youden.fpr),
            averaging="class",
            source="Youden 1950",
        ),
    ),
)
