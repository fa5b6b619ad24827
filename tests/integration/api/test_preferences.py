"""What clients prefer and know already, which headers tell."""

import asyncio

import pytest

from tests.actors import Client, Team, eventually


@pytest.mark.usefixtures("workers")
@pytest.mark.parametrize(("wait", "applied"), [("wait=20", "wait=20"), ("wait=90", "wait=25")])
async def test_a_wait_that_was_granted_is_told(alice: Client, wait: str, applied: str) -> None:
    uid, prefer = await alice.create_matrix(), {"Prefer": wait}

    submitted = await alice.post("/v1/jobs", {"kind": "report", "cm_uid": uid}, prefer)
    answers = [
        submitted,
        await alice.get(submitted.headers["location"], prefer),
        await alice.get("/cm/report", prefer, cm_uid=uid),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert [answer.headers.get("preference-applied") for answer in answers] == [applied] * 3


@pytest.mark.usefixtures("workers")
@pytest.mark.parametrize("prefer", [{}, {"Prefer": "respond-async, wait=10"}, {"Prefer": "handling=lenient"}])
async def test_no_wait_is_told_where_none_was_asked_for(alice: Client, prefer: dict[str, str]) -> None:
    job = await alice.final((await alice.submit())["id"])

    answer = await alice.get(f"/v1/jobs/{job['id']}", prefer)

    assert (answer.status_code, "preference-applied" in answer.headers) == (200, False)


@pytest.mark.usefixtures("workers")
async def test_what_the_client_has_is_recognised_in_every_spelling(alice: Client) -> None:
    uid = await alice.create_matrix()
    job = await alice.final((await alice.submit("report", uid))["id"])
    paths = [f"/v1/jobs/{job['id']}", f"/cm/report?cm_uid={uid}", f"/v1/matrices/{uid}/statistics"]

    for path in paths:
        etag = (await alice.send("GET", path)).headers["etag"].removeprefix("W/")
        known = [await alice.send("GET", path, {"If-None-Match": tags}) for tags in (etag, f'W/{etag}, "b"', "*")]
        other = await alice.send("GET", path, {"If-None-Match": '"b"'})
        assert ([answer.status_code for answer in known], other.status_code) == ([304] * 3, 200), path


async def test_who_waits_for_a_report_that_is_cancelled_is_told_so(alice: Client, team: Team) -> None:
    team["worker"].kill()
    waiting = asyncio.create_task(alice.get("/cm/report", cm_uid=await alice.create_matrix()))
    jobs: list[str] = []

    async def is_queued() -> bool:
        jobs[:] = [job["id"] for job in (await alice.get("/v1/jobs")).json()["items"]]
        return len(jobs) == 1

    await eventually(is_queued)
    await alice.post(f"/v1/jobs/{jobs[0]}/cancel")
    answer = await waiting

    assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")
    assert answer.json()["detail"] == "The job for this request was cancelled; request it again."


@pytest.mark.parametrize("form", ["json", "markdown"])
async def test_a_file_is_another_one_once_the_matrix_has_another_name(alice: Client, form: str) -> None:
    path = f"/v1/matrices/{await alice.create_matrix()}"
    etag = (await alice.get(f"{path}/export", format=form)).headers["etag"]

    before = await alice.get(f"{path}/export", {"If-None-Match": etag}, format=form)
    await alice.http.patch(path, json={"name": "Night shift"}, headers={"X-API-Key": alice.key})
    after = await alice.get(f"{path}/export", {"If-None-Match": etag}, format=form)

    assert (before.status_code, after.status_code) == (304, 200)
    assert "Night shift" in after.text
