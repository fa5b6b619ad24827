"""Annotations as a detection run reads them from the database."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any
from uuid import UUID

from shared.analyses.agreement.pairs import Pairing
from shared.analyses.annotations import columns
from shared.analyses.annotations.columns import AnnotationColumns
from shared.analyses.records import AnnotationRecord
from shared.detection_runs.scenes.objects_of_images import ImageSides


def columns_of(analyses: Sequence[Sequence[AnnotationRecord]]) -> AnnotationColumns:
    """The annotations of some analyses."""
    rows = [[(one.id.bytes, one.class_name, one.confidence, one.data) for one in some] for some in analyses]
    return columns.joined([columns.of_rows(some) for some in rows])


def sides_of(
    pairing: Pairing,
    annotations: Mapping[UUID, Sequence[AnnotationRecord]],
    parameters: Mapping[UUID, dict[str, Any]] = MappingProxyType({}),
) -> ImageSides:
    """Both sides from the annotations of each analysis that has any."""
    references = columns_of([annotations.get(pair.reference, []) for pair in pairing.pairs])
    candidates = columns_of([annotations.get(pair.candidate, []) for pair in pairing.pairs])
    return ImageSides(pairing, references, candidates, parameters)
