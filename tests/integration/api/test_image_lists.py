import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest

from tests.actors import Client
from tests.pictures import picture

# Names, sizes and metadata in an order of their own each.
IMAGES = [
    ("beta.png", (300, 200), {"camera": "North 1", "day": 3}),
    ("Alpha.png", (200, 200), {"camera": "south", "night": True}),
    ("alpha 2.png", (400, 200), {}),
    ("gamma 100%_.png", (100, 200), {"day": 30}),
]


@pytest.fixture
async def project(alice: Client) -> str:
    """A project with four images, and a second one with others."""
    made: str = (await alice.create_project())["id"]
    for name, size, metadata in IMAGES:
        body = picture("BMP", size)
        await alice.add_image(made, body, name=name, metadata=json.dumps(metadata))
    other: str = (await alice.create_project())["id"]
    await alice.add_image(other, picture(), name="alpha elsewhere.png")
    return made


async def _names(client: Client, project: str, **query: Any) -> list[str]:
    """The names on all pages, two to each."""
    names, cursor = [], None
    while True:
        more: dict[str, Any] = {"cursor": cursor} if cursor else {}
        answer = await client.get(f"/api/projects/{project}/images", limit=2, **query, **more)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        names += [image["filename"] for image in page["items"]]
        cursor = page["next"]
        if cursor is None:
            assert page["total"] == len(names)
            return names


async def test_images_are_sorted_and_paged(alice: Client, project: str) -> None:
    sent = [name for name, _, _ in IMAGES]
    by_name = ["alpha 2.png", "Alpha.png", "beta.png", "gamma 100%_.png"]
    by_size = ["gamma 100%_.png", "Alpha.png", "beta.png", "alpha 2.png"]
    expected = {"created_at": sent, "filename": by_name, "size_bytes": by_size}

    for sort, names in expected.items():
        assert await _names(alice, project, sort=sort) == names
        assert await _names(alice, project, sort=f"-{sort}") == names[::-1]
    assert await _names(alice, project) == sent[::-1]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"filename": "ALPHA"}, {"Alpha.png", "alpha 2.png"}),
        ({"filename": "%"}, {"gamma 100%_.png"}),
        ({"filename": "nothing"}, set()),
        ({"metadata_key": "day"}, {"beta.png", "gamma 100%_.png"}),
        ({"metadata_key": "day", "metadata_value": "30"}, {"gamma 100%_.png"}),
        ({"metadata_key": "camera", "metadata_value": "NORTH"}, {"beta.png"}),
        ({"metadata_key": "night", "metadata_value": "true"}, {"Alpha.png"}),
        ({"metadata_key": "nothing"}, set()),
        ({"metadata_key": "camera", "filename": "a.png"}, {"Alpha.png", "beta.png"}),
        ({"deleted": True}, set()),
    ],
)
async def test_images_are_found_by_name_and_metadata(
    alice: Client, project: str, query: dict[str, Any], found: set[str]
) -> None:
    assert set(await _names(alice, project, **query)) == found


async def test_images_of_one_name_are_each_shown_once(alice: Client) -> None:
    project = (await alice.create_project())["id"]
    ids = {(await alice.add_image(project, picture()))["id"] for _ in range(5)}

    for sort in ("filename", "-filename", "size_bytes", "-size_bytes"):
        shown: list[str] = []
        cursor = None
        while cursor or not shown:
            more: dict[str, Any] = {"cursor": cursor} if cursor else {}
            page = (await alice.get(f"/api/projects/{project}/images", limit=2, sort=sort, **more)).json()
            shown += [image["id"] for image in page["items"]]
            cursor = page["next"]
        assert (len(shown), set(shown)) == (5, ids)


def _cursor(value: Any) -> str:
    """What a client could make up."""
    return urlsafe_b64encode(json.dumps([value, "01a2d7a0-0000-7000-8000-000000000000"]).encode()).decode()


@pytest.mark.parametrize(
    "query",
    [
        {"cursor": "nonsense"},
        {"cursor": "WyJhIiwxXQ"},
        {"cursor": "ü"},
        {"cursor": _cursor("0001-01-01T00:00:00+23:59")},
        {"cursor": _cursor("2026-01-01T00:00:00")},
        {"sort": "size_bytes", "cursor": _cursor(2**70)},
        {"sort": "filename", "cursor": _cursor("a\0")},
        {"sort": "filename", "cursor": _cursor(1)},
        {"sort": "size_bytes", "cursor": "WyJhIiwiMDFhMmQ3YTAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAwIl0"},
        {"sort": "colour"},
        {"limit": 0},
        {"limit": 101},
        {"filename": "a\0"},
        {"metadata_value": "x"},
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(alice: Client, project: str, query: dict[str, Any]) -> None:
    answer = await alice.get(f"/api/projects/{project}/images", **query)

    assert answer.status_code == 400, answer.text
    assert answer.json()["errors"][0]["pointer"].strip("/") in query
