from uuid import UUID

import pytest

from shared.analyses.agreement.evaluation import MAX_PAIRS, PairedAnnotations, compare
from shared.analyses.agreement.pairs import ImagePair, Pairing
from shared.analyses.errors import ImageTooCrowded
from shared.analyses.kinds.agreement import AgreementOptions
from shared.analyses.records import AnnotationRecord

IMAGE, REFERENCE, CANDIDATE = UUID(int=0), UUID(int=1), UUID(int=2)
SIDE = int(MAX_PAIRS**0.5)


def side(count: int) -> list[AnnotationRecord]:
    """Boxes in a row, every other one of them sure."""
    data = '{"bbox": [%d, 0, 1, 1], "format": "xywh"}'
    return [AnnotationRecord(n, UUID(int=n), "bounding_box", "cell", n % 2, data % (2 * n)) for n in range(count)]


def test_an_image_whose_objects_would_not_fit_in_memory_is_not_begun() -> None:
    pairing = Pairing([ImagePair(IMAGE, REFERENCE, CANDIDATE, 10, 10)], 0, 0, reference_is_truth=False)
    crowded = PairedAnnotations(pairing, {REFERENCE: side(SIDE + 1), CANDIDATE: side(SIDE)})

    with pytest.raises(ImageTooCrowded):
        compare(crowded, AgreementOptions())
    surer = compare(crowded, AgreementOptions(min_confidence=0.5))
    assert (surer["overall"]["matched"], surer["overall"]["extra"]) == (SIDE // 2, 0)
