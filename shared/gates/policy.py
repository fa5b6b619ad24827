"""What a gate asks of a candidate."""

from collections.abc import Hashable, Iterator, Sequence
from typing import Annotated, Literal, cast
from uuid import UUID

import msgspec
from msgspec import Meta

from shared.comparisons.options import CLASS_METRICS, LABEL_METRICS, ColumnName, ComparedMetric
from shared.gates.detection_figures import DETECTION_FIGURES, FIGURES, DetectionFigure
from shared.kit.errors import Fault, InvalidInput
from shared.kit.names import ModelName

# As long as labels, tags and ids of runs.
LabelText = Annotated[str, Meta(min_length=1, max_length=500)]
TagText = Annotated[str, Meta(min_length=1, max_length=50)]
SampleId = Annotated[str, Meta(min_length=1, max_length=500)]
Margin = Annotated[float, Meta(gt=0, lt=1)]
_OF_CLASSES = frozenset(
    {*CLASS_METRICS, *LABEL_METRICS, *(name for name, figure in FIGURES.items() if figure.is_of_class)}
)
# Samples that a person has chosen one by one.
MAX_GOLDEN = 1000

Strictness = Literal["fail", "warn"]


class GateMetric(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A metric that must not be worse."""

    metric: Annotated[
        ComparedMetric | DetectionFigure, Meta(description="Id of the metric, or of a figure of detectors.")
    ]
    label: Annotated[
        LabelText | None,
        Meta(description="Class that the metric is of; null for all classes of the samples. Metrics of a class only."),
    ] = None
    margin: Annotated[
        Margin | None,
        Meta(description="Loss that is allowed, between 0 and 1; null: any loss that the samples show fails."),
    ] = None

    @property
    def compared(self) -> ComparedMetric:
        """The metric, of a gate that is not of detectors."""
        return cast("ComparedMetric", self.metric)


class GateSlice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A column of metadata, for each of whose values the accuracy must not be worse."""

    column: Annotated[ColumnName, Meta(description="Name of the column, which has up to 200 values.")]
    margin: Annotated[
        Margin | None,
        Meta(description="Loss that is allowed, between 0 and 1; null: any loss that the samples show fails."),
    ] = None


class GateBaseline(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The run to compare with: one run, or the latest with a tag, of a model, or both.

    Of detectors it is a detection run, and the latest is that of the candidate's project and rules.
    """

    run_id: Annotated[
        UUID | None, Meta(description="Id of the run, or of the detection run; null for the latest one.")
    ] = None
    tag: Annotated[TagText | None, Meta(description="Tag that the latest run has; null for any.")] = None
    model_name: Annotated[ModelName | None, Meta(description="Name of the latest run's model; null for any.")] = None


class GatePolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rules of a gate."""

    baseline: Annotated[GateBaseline, Meta(description="Run that candidates are compared with.")]
    metrics: Annotated[
        Annotated[list[GateMetric], Meta(min_length=1, max_length=20)],
        Meta(
            description="Metrics that must not be worse, 1 to 20; `accuracy` without a margin if omitted. Either all "
            "are figures of detectors or none is."
        ),
    ] = msgspec.field(default_factory=lambda: [GateMetric(metric="accuracy")])
    slices: Annotated[
        Annotated[list[GateSlice], Meta(max_length=10)],
        Meta(
            description="Columns of the baseline by whose values the accuracy must not be worse, up to 10; none of "
            "detectors."
        ),
    ] = []
    group: Annotated[
        ColumnName | None,
        Meta(
            description="Column of metadata by which samples come in groups, such as patients: every test is then of "
            "groups; null where samples are independent, and of detectors."
        ),
    ] = None
    golden_ids: Annotated[
        Annotated[list[SampleId], Meta(max_length=MAX_GOLDEN)],
        Meta(description="Ids of samples that the candidate must have right, up to 1,000; none of detectors."),
    ] = []
    new_samples: Annotated[
        Strictness, Meta(description="Outcome where the candidate has samples that the baseline lacks.")
    ] = "fail"
    removed_samples: Annotated[
        Strictness, Meta(description="Outcome where the candidate lacks samples of the baseline.")
    ] = "fail"
    alpha: Annotated[
        float,
        Meta(
            gt=0,
            le=0.5,
            description="Chance of failing a candidate that is not worse, over all tests together, above 0, up to 0.5.",
        ),
    ] = 0.05
    allow_inconclusive: Annotated[
        bool, Meta(description="True: a loss that may exceed its margin, but is not shown, passes.")
    ] = False

    @property
    def is_of_detectors(self) -> bool:
        """Whether candidates are detection runs."""
        return any(entry.metric in DETECTION_FIGURES for entry in self.metrics)


def check(policy: GatePolicy) -> None:
    """Check what types cannot say; raises InvalidInput with every fault."""
    if faults := list(_faults(policy)):
        raise InvalidInput(*faults)


def _faults(policy: GatePolicy) -> Iterator[Fault]:
    named = [value is not None for value in (policy.baseline.tag, policy.baseline.model_name)]
    if (policy.baseline.run_id is not None) == any(named):
        yield Fault("/baseline", "baseline: send the id of a run, or else a tag, a model name or both.")
    for index, entry in enumerate(policy.metrics):
        if entry.label is not None and entry.metric not in _OF_CLASSES:
            yield Fault(f"/metrics/{index}/label", f"label: {entry.metric} is a metric of all classes together.")
        if policy.is_of_detectors and entry.metric not in DETECTION_FIGURES:
            detail = f"metrics: {entry.metric} is no figure of detectors; make a gate of its own for it."
            yield Fault(f"/metrics/{index}", detail)
    yield from _not_of_detectors(policy)
    yield from _repeated("/metrics", [(entry.metric, entry.label) for entry in policy.metrics])
    yield from _repeated("/slices", [entry.column for entry in policy.slices])
    yield from _repeated("/golden_ids", policy.golden_ids)


def _not_of_detectors(policy: GatePolicy) -> Iterator[Fault]:
    if not policy.is_of_detectors:
        return
    if policy.slices:
        yield Fault("/slices", "slices: detectors have none; test each class by ap.class.")
    if policy.group is not None:
        yield Fault("/group", "group: detectors are tested by images, and by no other groups.")
    if policy.golden_ids:
        yield Fault("/golden_ids", "golden_ids: detectors have none, as an image is not right or wrong as a whole.")
    for name in ("new_samples", "removed_samples"):
        if getattr(policy, name) == "warn":
            detail = f"{name}: detectors are compared on the same images only, so that others always fail."
            yield Fault(f"/{name}", detail)


def _repeated(pointer: str, entries: Sequence[Hashable]) -> Iterator[Fault]:
    seen = set()
    for index, entry in enumerate(entries):
        if entry in seen:
            yield Fault(f"{pointer}/{index}", f"{pointer[1:]}: this entry is there twice.")
        seen.add(entry)
