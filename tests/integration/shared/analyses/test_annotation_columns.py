"""The annotations of many analyses, read from the database as columns."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.analyses.annotations import column_queries, queries
from shared.analyses.annotations.columns import AnnotationColumns
from shared.analyses.errors import AnalysisNotFound, TooManyToCompare
from shared.kit.platform import Platform
from tests.actors import Client
from tests.pipelines import Pipeline, add_image, add_project, box, create_analysis

TYPES = ["bounding_box", "segmentation"]
# Of more bytes than a box can have.
OUTLINE = {
    "annotation_type": "segmentation",
    "class_name": "wood",
    "confidence": None,
    "data": {"format": "polygon", "points": [[number % 90, number % 70] for number in range(200)]},
}


async def analysed(platform: Platform, owner: Client, annotations: list[list[dict[str, Any]]]) -> list[UUID]:
    pipeline, project = Pipeline(owner.http), await add_project(platform, owner)
    made = []
    for number, some in enumerate(annotations):
        image = await add_image(platform, owner, project, filename=f"{number}.png")
        analysis = await create_analysis(owner, image)
        if some:
            assert (await pipeline.annotate(analysis, *some)).status_code == 201
        assert (await pipeline.finalize(analysis)).status_code == 200
        made.append(UUID(analysis))
    return made


def each_of(some: AnnotationColumns) -> list[Any]:
    ids = iter([UUID(bytes=row.tobytes()) for row in some.ids])
    return [
        [(next(ids), one.class_name, one.confidence, bytes(one.data).decode()) for one in analysis]
        for analysis in some.by_analysis()
    ]


async def test_columns_are_those_of_the_rows(
    platform: Platform, alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(column_queries, "JOINED_AT_ONCE", 2)
    monkeypatch.setattr(column_queries, "ROWS_AT_ONCE", 1)
    point = {"x": 1, "y": 2, "name": "nose"}
    keypoints = {**box(), "annotation_type": "keypoint", "data": {"keypoints": [point]}}
    boxes = [box("car", None), box("“bus”, \\", 0.25), box("car", 1.0)]
    ids = await analysed(platform, alice, [boxes, [], [OUTLINE, *boxes], [keypoints], [OUTLINE], [keypoints, *boxes]])
    expected = await queries.of_analyses(platform.db, ids, TYPES)

    references, candidates = await column_queries.of_sides(platform.db, ids[::-1], ids[:1], TYPES)

    rows = [[(one.id, one.class_name, one.confidence, one.data) for one in expected.get(id_, [])] for id_ in ids]
    assert (each_of(references), each_of(candidates)) == (rows[::-1], rows[:1])
    assert [len(some) for some in rows] == [3, 0, 4, 0, 1, 3]
    assert (references.others, candidates.others) == (2, 0)


async def test_objects_of_other_types_are_counted_and_no_other_annotations(platform: Platform, alice: Client) -> None:
    label = {"annotation_type": "classification", "class_name": "car", "data": {"scores": {"car": 1.0}}}
    ids = await analysed(platform, alice, [[OUTLINE, box(), label], [box()], []])

    masks, boxes = [
        await column_queries.of_sides(platform.db, ids, ids[1:], types) for types in (["segmentation"], TYPES)
    ]

    assert [[side.others for side in sides] for sides in (masks, boxes)] == [[2, 1], [0, 0]]


async def test_an_analysis_that_is_gone_is_named_instead_of_left_out(platform: Platform, alice: Client) -> None:
    (known,) = await analysed(platform, alice, [[box()]])

    for sides in ([known], [uuid4()]), ([uuid4()], [known]):
        with pytest.raises(AnalysisNotFound):
            await column_queries.of_sides(platform.db, *sides, TYPES)


async def test_an_analysis_that_goes_while_it_is_read_is_missed(
    platform: Platform, alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = await analysed(platform, alice, [[box()], [box()]])

    async def check_comparable(*_: Any) -> None:
        async with platform.db.connection() as connection:
            await connection.execute("DELETE FROM analysis WHERE id = $1", second)

    monkeypatch.setattr(queries, "check_comparable", check_comparable)

    with pytest.raises(AnalysisNotFound):
        await column_queries.of_sides(platform.db, [first], [second], TYPES)


@pytest.mark.parametrize("annotations", [[OUTLINE], [OUTLINE, box(), box()]])
async def test_an_analysis_that_goes_before_its_long_data_are_read_is_missed(
    platform: Platform, alice: Client, monkeypatch: pytest.MonkeyPatch, annotations: list[dict[str, Any]]
) -> None:
    first, second = await analysed(platform, alice, [[box()], annotations])
    none_left = column_queries.SELECT_ROWS.replace("WHERE", "WHERE false AND")
    monkeypatch.setattr(column_queries, "SELECT_ROWS", none_left)

    with pytest.raises(AnalysisNotFound):
        await column_queries.of_sides(platform.db, [first], [second], TYPES)


async def test_more_than_a_worker_can_hold_is_refused(
    platform: Platform, alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = await analysed(platform, alice, [[box()], [box(), box()]])
    monkeypatch.setattr(queries, "MAX_COMPARED", 2)

    with pytest.raises(TooManyToCompare):
        await column_queries.of_sides(platform.db, [first], [second], TYPES)
