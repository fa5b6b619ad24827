"""Matching of many images at once, against one image at a time."""

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.evaluation.detection.geometry import object_table, overlaps
from shared.evaluation.detection.geometry.objects import Objects
from shared.evaluation.detection.geometry.overlaps import Overlaps
from shared.evaluation.detection.matching.pairs import match
from shared.evaluation.detection.matching.ranked_matching import match_all, ranks, turns_of

CORNERS = st.sampled_from([0.0, 1, 2, 5])
SIDES = st.sampled_from([0.0, 4, 5, 10])
ENTRIES = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from([0.1, 0.5, 0.9]), CORNERS, CORNERS, SIDES, SIDES), max_size=7
)


def objects(entries: list[tuple[int, float, float, float, float, float]]) -> Objects:
    rows = np.array(entries, float).reshape(-1, 6)
    corners = np.hstack([rows[:, 2:4], rows[:, 2:4] + rows[:, 4:]])
    return Objects(rows[:, 0].astype(np.int64), rows[:, 1], corners, xywh=rows[:, 2:])


@given(images=st.lists(st.tuples(ENTRIES, ENTRIES), max_size=4), threshold=st.sampled_from([0.25, 0.5, 1]))
@settings(max_examples=200, deadline=None)
def test_many_images_match_as_each_does_alone(images: list[Any], threshold: float) -> None:
    sides = [(objects(truth), objects(found)) for truth, found in images]
    references = object_table.of_references([reference for reference, _ in sides])
    candidates = object_table.of_candidates([candidate for _, candidate in sides])
    common = overlaps.of_boxes(references, candidates, threshold - 1e-9, within_class=True)
    nothing = np.zeros((1, len(references)), bool)

    together = match_all(
        common,
        ranks(candidates.images * 2 + candidates.classes, candidates.confidences),
        np.array([threshold]),
        nothing,
        nothing[0],
    )[0, 0]

    first, alone = 0, list[int]()
    for reference, candidate in sides:
        partners = match(reference, candidate, threshold=threshold).of_candidate
        same = (partners >= 0) & (np.append(reference.classes, -1)[partners] == candidate.classes)
        alone += np.where(same, partners + first, -1).tolist()
        first += len(reference)
    assert together.tolist() == alone


def test_places_count_from_the_surest_and_of_equals_from_the_earlier() -> None:
    groups, confidences = np.array([1, 0, 1, 1, 0]), np.array([0.5, 0.1, 0.9, 0.5, 0.1])

    assert ranks(groups, confidences).tolist() == [1, 0, 0, 2, 1]


NUMBERS = st.sampled_from([0, 1, 2, 2**16 - 1, 2**16, 2**16 + 1, 2**33])
SHARES = st.sampled_from([0.1, 0.5, 0.7])


@given(rows=st.lists(st.tuples(NUMBERS, SHARES), max_size=9))
@example(rows=[(2**33, 0.1), (2**16, 0.1), (0, 0.7), (2**33, 0.5), (2**16, 0.5)])
def test_candidates_of_many_groups_are_ranked_as_a_sort_by_both_does(rows: list[tuple[int, float]]) -> None:
    groups, confidences = np.array([row[0] for row in rows], int), np.array([row[1] for row in rows], float)
    expected = np.zeros(len(rows), int)
    for place, row in enumerate(np.lexsort((-confidences, groups))):
        expected[row] = place - (groups < groups[row]).sum()

    assert ranks(groups, confidences).tolist() == expected.tolist()


@given(rows=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), SHARES), max_size=12))
def test_candidates_choose_in_turns_and_each_the_largest_overlap_last(rows: list[tuple[int, int, float]]) -> None:
    places = np.array([1, 0, 0, 1, 2])
    pairs = Overlaps(*(np.array([row[side] for row in rows], kind) for side, kind in enumerate((int, int, float))))

    found, turns = turns_of(pairs, places)

    ordered = sorted(zip(*pairs, strict=True), key=lambda pair: (places[pair[0]], pair[0], pair[2], pair[1]))
    assert list(zip(*found, strict=True)) == ordered
    assert turns.tolist() == [int(places[candidate]) for candidate, _, _ in ordered]


def test_pairs_are_measured_a_bounded_number_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(n % 2, 0.5, float(n % 5), 0.0, 10.0, 10.0) for n in range(40)]
    table = object_table.of_references([objects(rows), objects(rows[:7]), objects([])])
    whole = overlaps.of_boxes(table, table, 0.1, within_class=False)

    monkeypatch.setattr(overlaps, "_AT_ONCE", 13)
    pieces = overlaps.of_boxes(table, table, 0.1, within_class=False)

    assert [column.tolist() for column in pieces] == [column.tolist() for column in whole]
    assert len(whole.iou) == 40 * 40 + 7 * 7
