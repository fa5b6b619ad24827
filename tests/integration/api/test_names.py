"""Every name is visible and within its length; the error of another says what to change."""

from typing import Any

import pytest

from tests.actors import Client

LABELS = {"actual_vector": [0, 1], "predicted_vector": [0, 1]}
ENDPOINT = {"url": "https://example.com/"}
ANALYSIS = {"model_name": "yolo_v8", "model_version": "1"}

# Address, a body that would do, the field that is tried, and how long it may be.
NAMED: list[tuple[str, dict[str, Any], str, int]] = [
    ("/v1/matrices", LABELS, "name", 200),
    ("/v1/matrices", LABELS, "model_name", 200),
    ("/v1/matrices", LABELS, "model_version", 200),
    ("/v1/matrices", LABELS, "data_set", 200),
    ("/v1/keys", {}, "name", 100),
    ("/v1/pipelines", {}, "name", 200),
    ("/v1/webhooks/endpoints", ENDPOINT, "description", 200),
    ("/api/projects", {}, "name", 255),
    ("/api/images/01a2d7a0-0000-7000-8000-000000000000/analyses", ANALYSIS, "model_name", 255),
    ("/api/images/01a2d7a0-0000-7000-8000-000000000000/analyses", ANALYSIS, "model_version", 100),
    ("/api/images/01a2d7a0-0000-7000-8000-000000000000/comments", {}, "text", 10_000),
]
each = pytest.mark.parametrize(("path", "body", "field", "longest"), NAMED)


@pytest.mark.parametrize(("path", "body", "field"), [row[:3] for row in NAMED])
@pytest.mark.parametrize("blank", [" ", "\t\n", "\u200b\ufeff", "\x1b", "\u2028", "\u3164", "\U000e0100"])
async def test_a_name_that_shows_nothing_is_refused(
    alice: Client, path: str, body: dict[str, Any], field: str, blank: str
) -> None:
    answer = await alice.post(path, body | {field: blank})

    sentence = f"{field}: must contain a visible character; spaces and control characters alone are not enough."
    assert (answer.status_code, answer.json()["errors"]) == (400, [{"pointer": f"/{field}", "detail": sentence}])


@each
async def test_a_name_that_is_too_long_is_refused_with_the_limit(
    alice: Client, path: str, body: dict[str, Any], field: str, longest: int
) -> None:
    fitting, long, empty = [
        await alice.post(path, body | {field: "é" * length}) for length in (longest, longest + 1, 0)
    ]

    assert fitting.status_code in {201, 400, 404}
    assert "errors" not in fitting.json()
    assert [answer.json()["errors"] for answer in (long, empty)] == [
        [{"pointer": f"/{field}", "detail": f"{field}: send at most {longest:,} characters."}],
        [{"pointer": f"/{field}", "detail": f"{field}: must not be empty."}],
    ]


async def test_blank_tags_and_titles_are_refused(alice: Client) -> None:
    tagged = await alice.post("/v1/matrices", LABELS | {"tags": ["cats", " "]})
    uid = (await alice.post("/v1/matrices", LABELS)).json()["uid"]
    titled = await alice.post("/v1/jobs", {"kind": "plot", "cm_uid": uid, "options": {"title": "\u200b"}})

    assert [answer.status_code for answer in (tagged, titled)] == [400, 400]
    assert [answer.json()["errors"][0]["pointer"] for answer in (tagged, titled)] == ["/tags/1", "/options/title"]
