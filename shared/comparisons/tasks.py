"""What may be compared of runs of each task."""

from collections.abc import Mapping, Sequence

import msgspec

from shared.comparisons.options import (
    CLASS_METRICS,
    LABEL_METRICS,
    OVERALL_METRICS,
    OVERALL_SET_METRICS,
    ComparedMetric,
    ComparisonOptions,
)
from shared.runs.errors import TaskUnsupported
from shared.runs.summary import Task

_USUAL: Mapping[Task, Sequence[ComparedMetric]] = {
    "classification": ("accuracy", "balanced_accuracy", "f1.macro"),
    "correctness": ("accuracy",),
    "multilabel": ("multilabel.subset_accuracy", "multilabel.f1.micro", "multilabel.f1.macro"),
}
_METRICS: Mapping[Task, Sequence[ComparedMetric]] = {
    "classification": (*OVERALL_METRICS, *CLASS_METRICS),
    "correctness": ("accuracy", "error_rate"),
    "multilabel": (*OVERALL_SET_METRICS, *LABEL_METRICS),
}
_SAID: Mapping[Task, str] = {
    "classification": "says one label of each sample",
    "correctness": "says only whether each sample is right",
    "multilabel": "says any number of labels of each sample",
}


def completed(options: ComparisonOptions, task: Task) -> ComparisonOptions:
    """The options with the usual metrics where none are named; raises TaskUnsupported for one that runs cannot have."""
    metrics = [meant(metric, task) for metric in options.metrics] or [*_USUAL[task]]
    return msgspec.structs.replace(options, metrics=metrics)


def meant(metric: ComparedMetric, task: Task) -> ComparedMetric:
    """The metric that a request means of runs of a task: the accuracy of sets of labels is that of whole sets.

    Raises TaskUnsupported for a metric that they cannot have.
    """
    if metric == "accuracy" and task == "multilabel":
        return "multilabel.subset_accuracy"
    if metric not in _METRICS[task]:
        raise TaskUnsupported(
            f"{metric} is not a metric of a run that {_SAID[task]}; these are {', '.join(_METRICS[task])}."
        )
    return metric


def share_of_right(task: Task) -> ComparedMetric:
    """The metric that slices are compared by."""
    return meant("accuracy", task)


def difference(baseline: Task, candidate: Task) -> str:
    """That two runs are of different tasks, as a sentence."""
    return f"The baseline {_SAID[baseline]}, and the candidate {_SAID[candidate]}; compare two of one kind."
