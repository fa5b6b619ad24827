"""Metrics of objects in images, read from a `DetectionResult`."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

from shared.evaluation.metrics.definition import NEVER_OCCURS, NEVER_PREDICTED, Group, Metric


class _Rates(Protocol):
    """Precision, recall and F1 of matched, missed and extra objects; None where undefined."""

    @property
    def precision(self) -> float | None: ...
    @property
    def recall(self) -> float | None: ...
    @property
    def f1(self) -> float | None: ...


class _Precisions(Protocol):
    """The results of COCO's evaluation; None where undefined."""

    @property
    def summary(self) -> dict[str, float | None]: ...
    @property
    def per_class(self) -> dict[str, float | None]: ...
    @property
    def per_class_50(self) -> dict[str, float | None]: ...


class DetectionResult(NamedTuple):
    """The rates over all objects and of each class, and COCO's precisions; all by class in the same order.

    The types are described, not imported: they would bring COCO's evaluation into processes that only read texts.
    """

    overall: _Rates
    per_class: Mapping[str, _Rates]
    precisions: _Precisions


def _metric(
    metric_id: str, title: str, definition: str, formula: str, undefined: tuple[str, ...], **more: Any
) -> Metric:
    return Metric(
        id=metric_id, title=title, definition=definition, formula=formula, undefined=undefined, needs="objects", **more
    )


def _coco(metric_id: str, field: str, title: str, definition: str, undefined: str = "") -> Metric:
    kind = "precision" if field.startswith("map") else "recall"
    formula = "mean of 101-point interpolated precision" if kind == "precision" else "mean of the largest recall"

    def read(result: DetectionResult) -> float | None:
        return result.precisions.summary[field]

    return _metric(
        metric_id,
        title,
        definition,
        formula,
        (undefined or "the ground truth has no object",),
        read=read,
        averaging="macro",
        field=field,
        source="Lin et al. 2014 (COCO)",
    )


def _of_class(read: Callable[[_Rates], float | None]) -> Callable[[DetectionResult], tuple[float | None, ...]]:
    return lambda result: tuple(map(read, result.per_class.values()))


_SMALL, _MEDIUM, _LARGE = (f"the ground truth has no {size} object" for size in ("small", "medium-sized", "large"))

COCO = Group(
    "COCO",
    (
        _coco("ap.coco", "map", "mAP", "Average precision, mean over classes and IoU from 0.50 to 0.95."),
        _coco("ap50.coco", "map_50", "mAP at IoU 0.50", "Average precision, mean over classes, at IoU 0.50."),
        _coco("ap75.coco", "map_75", "mAP at IoU 0.75", "Average precision, mean over classes, at IoU 0.75."),
        _coco("ap_small.coco", "map_small", "mAP of small objects", "mAP of objects under 32² pixels.", _SMALL),
        _coco("ap_medium.coco", "map_medium", "mAP of medium objects", "mAP of objects of 32² to 96² pixels.", _MEDIUM),
        _coco("ap_large.coco", "map_large", "mAP of large objects", "mAP of objects over 96² pixels.", _LARGE),
        _coco("ar1.coco", "mar_1", "mAR, 1 detection", "Average recall with one detection in each image."),
        _coco("ar10.coco", "mar_10", "mAR, 10 detections", "Average recall with 10 detections in each image."),
        _coco("ar100.coco", "mar_100", "mAR, 100 detections", "Average recall with 100 detections in each image."),
        _coco("ar_small.coco", "mar_small", "mAR of small objects", "mAR of objects under 32² pixels.", _SMALL),
        _coco("ar_medium.coco", "mar_medium", "mAR of medium objects", "mAR of objects of 32² to 96² pixels.", _MEDIUM),
        _coco("ar_large.coco", "mar_large", "mAR of large objects", "mAR of objects over 96² pixels.", _LARGE),
        _metric(
            "ap.class",
            "AP",
            "Average precision of this class, mean over IoU from 0.50 to 0.95.",
            "mean of 101-point interpolated precision",
            (NEVER_OCCURS,),
            read=lambda result: tuple(result.precisions.per_class.values()),
            averaging="class",
            source="Lin et al. 2014 (COCO)",
        ),
        _metric(
            "ap50.class",
            "AP at IoU 0.50",
            "Average precision of this class at IoU 0.50.",
            "101-point interpolated precision",
            (NEVER_OCCURS,),
            read=lambda result: tuple(result.precisions.per_class_50.values()),
            averaging="class",
            source="Everingham et al. 2010 (PASCAL VOC), interpolated as in COCO",
        ),
    ),
)

_FORMULAS = {
    "precision": "matched/(matched+extra)",
    "recall": "matched/(matched+missed)",
    "f1": "2·matched/(2·matched+missed+extra)",
}

MATCHES = Group(
    "At one IoU threshold",
    (
        _metric(
            "detection.precision",
            "Precision",
            "Of the candidate’s objects, the share that matches one of the same class.",
            _FORMULAS["precision"],
            ("the candidate has no object",),
            read=lambda result: result.overall.precision,
            averaging="micro",
        ),
        _metric(
            "detection.recall",
            "Recall",
            "Of the reference’s objects, the share that is matched by one of the same class.",
            _FORMULAS["recall"],
            ("the reference has no object",),
            read=lambda result: result.overall.recall,
            averaging="micro",
        ),
        _metric(
            "detection.f1",
            "F1",
            "Harmonic mean of precision and recall over all objects.",
            _FORMULAS["f1"],
            ("neither side has an object",),
            read=lambda result: result.overall.f1,
            averaging="micro",
        ),
        _metric(
            "detection.precision.class",
            "Precision",
            "Of the candidate’s objects of this class, the share that is matched.",
            _FORMULAS["precision"],
            (NEVER_PREDICTED,),
            read=_of_class(lambda rates: rates.precision),
            averaging="class",
        ),
        _metric(
            "detection.recall.class",
            "Recall",
            "Of the reference’s objects of this class, the share that is matched.",
            _FORMULAS["recall"],
            (NEVER_OCCURS,),
            read=_of_class(lambda rates: rates.recall),
            averaging="class",
        ),
        _metric(
            "detection.f1.class",
            "F1",
            "Harmonic mean of precision and recall of this class.",
            _FORMULAS["f1"],
            ("{} neither occurs nor is predicted",),
            read=_of_class(lambda rates: rates.f1),
            averaging="class",
        ),
    ),
)
