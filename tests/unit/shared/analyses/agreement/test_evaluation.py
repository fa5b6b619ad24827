from uuid import UUID

import pytest

from shared.analyses.agreement.evaluation import MAX_PAIRS, PairedAnnotations, compare
from shared.analyses.agreement.pairs import ImagePair, Pairing
from shared.analyses.errors import ImageTooCrowded, MasksNotComparable
from shared.analyses.kinds.agreement import AgreementOptions
from shared.analyses.records import AnnotationRecord
from shared.evaluation.detection.geometry import masks

IMAGE, REFERENCE, CANDIDATE = UUID(int=0), UUID(int=1), UUID(int=2)
SIDE = int(MAX_PAIRS**0.5)


def side(count: int) -> list[AnnotationRecord]:
    """Boxes in a row, every other one of them sure."""
    data = '{"bbox": [%d, 0, 1, 1], "format": "xywh"}'
    return [AnnotationRecord(n, UUID(int=n), "bounding_box", "cell", n % 2, data % (2 * n)) for n in range(count)]


def test_an_image_whose_objects_would_not_fit_in_memory_is_not_begun() -> None:
    pairing = Pairing([ImagePair(IMAGE, REFERENCE, CANDIDATE, 10, 10)], 0, 0, reference_is_truth=False)
    crowded = PairedAnnotations(pairing, {REFERENCE: side(SIDE + 1), CANDIDATE: side(SIDE)})

    with pytest.raises(ImageTooCrowded, match=f"Image {IMAGE}: "):
        compare(crowded, AgreementOptions())
    surer = compare(crowded, AgreementOptions(min_confidence=0.5))
    assert (surer["overall"]["matched"], surer["overall"]["extra"]) == (SIDE // 2, 0)


def test_masks_that_overlap_too_much_are_not_compared_and_what_to_change_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(masks, "MAX_RUNS_COMPARED", 1)
    data = '{"format": "rle", "rle": {"counts": [0, 1, 1, 1], "size": [2, 2]}}'
    mask = AnnotationRecord(0, IMAGE, "segmentation", "cell", None, data)
    pairing = Pairing([ImagePair(IMAGE, REFERENCE, CANDIDATE, 2, 2)], 0, 0, reference_is_truth=False)
    inputs = PairedAnnotations(pairing, {REFERENCE: [mask], CANDIDATE: [mask]})

    with pytest.raises(ImageTooCrowded, match=f"Image {IMAGE}: .*raise min_confidence or compare boxes"):
        compare(inputs, AgreementOptions(subject="masks"))
    assert compare(inputs, AgreementOptions(subject="boxes"))["overall"]["matched"] == 1


def test_where_only_the_average_precision_is_too_much_work_no_other_confidence_is_advised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(masks, "MAX_RUNS_COMPARED", 1)
    data = '{"format": "rle", "rle": {"counts": [0, 1, 1, 1], "size": [2, 2]}}'
    mask = AnnotationRecord(0, IMAGE, "segmentation", "cell", 0.1, data)
    pairing = Pairing([ImagePair(IMAGE, REFERENCE, CANDIDATE, 2, 2)], 0, 0, reference_is_truth=True)
    inputs = PairedAnnotations(pairing, {REFERENCE: [mask] * 12, CANDIDATE: [mask] * 12})

    with pytest.raises(ImageTooCrowded, match=f"^Image {IMAGE}: .*average precision takes too long; compare boxes.$"):
        compare(inputs, AgreementOptions(subject="masks", min_confidence=0.5))


def test_masks_of_other_sizes_name_their_image_though_only_the_precision_counts_them() -> None:
    def mask(height: int, confidence: float) -> AnnotationRecord:
        data = f'{{"format": "rle", "rle": {{"counts": [0, 1, 1, 1], "size": [{height}, 2]}}}}'
        return AnnotationRecord(0, IMAGE, "segmentation", "cell", confidence, data)

    other = UUID(int=3), UUID(int=4), UUID(int=5)
    pairs = [ImagePair(IMAGE, REFERENCE, CANDIDATE, 2, 2), ImagePair(*other, 2, 2)]
    sides = {REFERENCE: [mask(2, 1)], CANDIDATE: [mask(2, 1)], other[1]: [mask(2, 1)], other[2]: [mask(3, 0.1)]}
    inputs = PairedAnnotations(Pairing(pairs, 0, 0, reference_is_truth=True), sides)

    with pytest.raises(MasksNotComparable, match=f"Image {other[0]}: "):
        compare(inputs, AgreementOptions(subject="masks", min_confidence=0.5))
