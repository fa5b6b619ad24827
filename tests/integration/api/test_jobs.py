import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from api.jobs import controller
from api.jobs.keepalives import with_keepalives
from shared.jobs import finishing, queries
from shared.kit import clock
from shared.kit.platform import Platform
from tests.actors import Client, Team


async def test_a_submitted_job_is_answered_at_once_with_where_to_look(alice: Client) -> None:
    uid = await alice.create_matrix()

    answer = await alice.post("/v1/jobs", {"kind": "report", "cm_uid": uid})

    job = answer.json()
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/v1/jobs/{job['id']}"
    assert answer.headers["retry-after"] == "1"
    assert job == {
        "id": job["id"],
        "kind": "report",
        "status": "queued",
        "progress": 0.0,
        "attempts": 0,
        "error": None,
        "created_at": job["created_at"],
        "started_at": None,
        "finished_at": None,
        "artifacts": [],
    }


@pytest.mark.usefixtures("workers")
async def test_a_finished_job_links_to_what_it_made(alice: Client) -> None:
    job = await alice.final((await alice.submit("plot"))["id"])

    assert (job["status"], job["progress"], job["attempts"], job["error"]) == ("succeeded", 1.0, 1, None)
    assert [(made["name"], made["content_type"]) for made in job["artifacts"]] == [
        ("plot.png", "image/png"),
        ("plot.svg", "image/svg+xml"),
    ]
    async with httpx2.AsyncClient() as anybody:
        for made in job["artifacts"]:
            fetched = await anybody.get(made["url"])
            assert fetched.status_code == 200
            assert fetched.headers["content-type"] == made["content_type"]
            assert fetched.headers["content-disposition"] == f'inline; filename="{made["name"]}"'
            assert len(fetched.content) == made["size_bytes"]
            assert hashlib.sha256(fetched.content).hexdigest() == made["sha256"]


@pytest.mark.usefixtures("workers")
async def test_a_link_works_for_nothing_else_and_not_for_ever(alice: Client) -> None:
    job = await alice.final((await alice.submit("report"))["id"])
    (made,) = job["artifacts"]

    async with httpx2.AsyncClient() as anybody:
        assert (await anybody.get(made["url"].partition("?")[0])).status_code == 403
        assert (await anybody.get(made["url"].replace("report.html", "other.html"))).status_code == 403
    assert datetime.fromisoformat(made["expires_at"]) > datetime.fromisoformat(job["finished_at"])
    assert "X-Amz-Expires=3600" in made["url"]


@pytest.mark.usefixtures("workers")
async def test_the_report_route_answers_the_page_itself(alice: Client) -> None:
    uid = await alice.create_matrix(["cat", "dog"], ["cat", "cat"])

    answer = await alice.get("/cm/report", cm_uid=uid)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == "sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.text.startswith("<!DOCTYPE html>")
    assert "cat" in answer.text


@pytest.mark.usefixtures("workers")
async def test_the_plot_route_answers_the_picture_itself(alice: Client) -> None:
    answer = await alice.get("/cm/plot", cm_uid=await alice.create_matrix())

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG\r\n\x1a\n")
    (job,) = (await alice.get("/v1/jobs")).json()["items"]
    assert [artifact["name"] for artifact in job["artifacts"]] == ["plot.png"]


@pytest.mark.usefixtures("workers")
async def test_the_same_report_is_made_once_for_all_who_ask_at_once(alice: Client) -> None:
    uid = await alice.create_matrix()

    answers = await asyncio.gather(*(alice.get("/cm/report", cm_uid=uid) for _ in range(5)))

    assert [answer.status_code for answer in answers] == [200] * 5
    assert len({answer.content for answer in answers}) == 1
    assert len((await alice.get("/v1/jobs")).json()["items"]) == 1


@pytest.mark.usefixtures("workers")
async def test_a_known_report_is_not_sent_again(alice: Client) -> None:
    uid = await alice.create_matrix()
    etag = (await alice.get("/cm/report", cm_uid=uid)).headers["etag"]

    again = await alice.get("/cm/report", {"If-None-Match": etag}, cm_uid=uid)

    assert (again.status_code, again.content) == (304, b"")


async def test_respond_async_answers_the_job_instead(alice: Client) -> None:
    answer = await alice.get("/cm/report", {"Prefer": "respond-async"}, cm_uid=await alice.create_matrix())

    assert answer.status_code == 202
    assert answer.json()["kind"] == "report"
    assert answer.headers["location"] == f"/v1/jobs/{answer.json()['id']}"


@pytest.mark.usefixtures("workers")
async def test_the_same_work_asked_for_again_is_done_already(alice: Client) -> None:
    uid = await alice.create_matrix()
    first = await alice.final((await alice.submit("report", uid))["id"])

    second = await alice.submit("report", uid)
    other = await alice.submit("report", uid, options={"title": "Another title"})

    assert (second["status"], second["attempts"]) == ("succeeded", 0)
    assert [made["sha256"] for made in second["artifacts"]] == [made["sha256"] for made in first["artifacts"]]
    assert other["status"] == "queued"


@pytest.mark.usefixtures("workers")
async def test_waiting_answers_when_the_job_has_ended(alice: Client) -> None:
    job = await alice.submit("report")

    answer = await alice.get(f"/v1/jobs/{job['id']}", {"Prefer": "wait=25"})

    assert answer.json()["status"] == "succeeded"
    assert "retry-after" not in answer.headers


@pytest.mark.usefixtures("workers")
async def test_polling_an_unchanged_job_costs_no_body(alice: Client) -> None:
    job = await alice.final((await alice.submit("report"))["id"])
    etag = (await alice.get(f"/v1/jobs/{job['id']}")).headers["etag"]

    again = await alice.get(f"/v1/jobs/{job['id']}", {"If-None-Match": etag})

    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.usefixtures("workers")
async def test_nobody_is_told_to_keep_links_that_have_ended(
    alice: Client, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await alice.final((await alice.submit("report"))["id"])
    kept = await alice.get(f"/v1/jobs/{job['id']}")
    later = clock.now() + timedelta(seconds=platform.settings.link_lifetime_s - 1)
    monkeypatch.setattr(clock, "now", lambda: later)

    again = await alice.get(f"/v1/jobs/{job['id']}", {"If-None-Match": kept.headers["etag"]})

    assert again.status_code == 200
    assert again.json()["artifacts"][0]["expires_at"] > kept.json()["artifacts"][0]["expires_at"]


@pytest.mark.usefixtures("workers")
async def test_events_tell_the_way_to_the_end(alice: Client) -> None:
    job = await alice.submit("report")

    stream = await alice.get(f"/v1/jobs/{job['id']}/events")

    assert stream.headers["content-type"].startswith("text/event-stream")
    assert stream.text.count("event: job") == stream.text.count("data: ") >= 1
    assert '"status":"succeeded"' in stream.text.strip().splitlines()[-1]


async def test_a_stream_of_events_is_never_silent_for_long(
    alice: Client, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    team["worker"].kill()
    was_silent = asyncio.Event()

    async def watched(items: AsyncIterator[Any], _: float) -> AsyncIterator[Any]:
        async for item in with_keepalives(items, 0.05):
            if item is None:
                was_silent.set()
            yield item

    monkeypatch.setattr(controller, "with_keepalives", watched)
    job = await alice.submit("report")
    following = asyncio.create_task(alice.get(f"/v1/jobs/{job['id']}/events"))
    await was_silent.wait()
    await alice.post(f"/v1/jobs/{job['id']}/cancel")

    lines = (await following).text.splitlines()

    assert ": nothing new" in lines
    # A comment alone, no event without data.
    assert lines[lines.index(": nothing new") + 1] == ""
    assert [line for line in lines if line.startswith("event:")] == ["event: job"] * 2


async def test_jobs_are_listed_newest_first_in_pages(alice: Client) -> None:
    submitted = [(await alice.submit())["id"] for _ in range(3)]

    first = (await alice.get("/v1/jobs", limit=2)).json()
    second = (await alice.get("/v1/jobs", limit=2, cursor=first["next"])).json()

    assert [job["id"] for job in first["items"]] == submitted[:0:-1]
    assert [job["id"] for job in second["items"]] == submitted[:1]
    assert second["next"] is None
    assert (await alice.get("/v1/jobs", status="failed")).json()["items"] == []


async def test_a_cancelled_job_is_never_run(alice: Client, team: Team, platform: Platform) -> None:
    team["worker"].kill()
    job = await alice.submit()

    cancelled = await alice.post(f"/v1/jobs/{job['id']}/cancel")
    again = await alice.post(f"/v1/jobs/{job['id']}/cancel")

    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert again.json() == cancelled.json()
    async with platform.db.connection() as connection:
        assert await queries.claim(connection, cancelled.json()["id"], finishing.LEASE) is None


@pytest.mark.usefixtures("workers")
async def test_a_finished_job_cannot_be_cancelled(alice: Client) -> None:
    job = await alice.final((await alice.submit())["id"])

    answer = await alice.post(f"/v1/jobs/{job['id']}/cancel")

    assert (answer.status_code, answer.json()["code"]) == (409, "job-already-finished")


async def test_a_job_of_somebody_else_is_not_there(alice: Client, mallory: Client) -> None:
    job_id = (await alice.submit())["id"]

    answers = [
        await mallory.get(f"/v1/jobs/{job_id}"),
        await mallory.post(f"/v1/jobs/{job_id}/cancel"),
        await mallory.get(f"/v1/jobs/{job_id}/events"),
        await mallory.get("/v1/jobs/nonsense"),
        await mallory.post("/v1/jobs", {"kind": "report", "cm_uid": await alice.create_matrix()}),
    ]

    assert [answer.status_code for answer in answers] == [404] * 5
    assert (await mallory.get("/v1/jobs")).json() == {"items": [], "next": None}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"kind": "nonsense"}, "/kind"),
        ({"kind": None}, "/kind"),
        ({"cm_uid": 7}, "/cm_uid"),
        ({"colour": "red"}, "/colour"),
        ({"options": {"dpi": 301}}, "/options/dpi"),
        ({"options": {"dpi": "100"}}, "/options/dpi"),
        ({"options": {"colour_map": "jet"}}, "/options/colour_map"),
        ({"options": {"title": ""}}, "/options/title"),
        ({"options": {"size": 1}}, "/options/size"),
        ({"callback_url": 5}, "/callback_url"),
    ],
)
async def test_a_mistake_in_a_job_is_named(alice: Client, change: dict[str, Any], pointer: str) -> None:
    body = {"kind": "plot", "cm_uid": await alice.create_matrix(), **change}

    answer = await alice.post("/v1/jobs", body)

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert (await alice.get("/v1/jobs")).json()["items"] == []


@pytest.mark.parametrize("limit", ["0", "101", "x", "-1"])
async def test_a_bad_page_size_is_refused_by_name(alice: Client, limit: str) -> None:
    answer = await alice.get("/v1/jobs", limit=limit)

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/limit"]
