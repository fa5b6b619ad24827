"""Who has an answer already is not sent it again."""

import httpx2
import pytest

from tests.actors import Client

ENDPOINTS = "/v1/webhooks/endpoints"

LISTS = ["/", "/v1/webhooks/endpoints", "/v1/webhooks/deliveries", "/v1/keys", "/v1/matrices", "/v1/webhooks/secret"]


@pytest.mark.parametrize("path", LISTS)
async def test_an_answer_that_has_not_changed_is_not_sent_again(alice: Client, path: str) -> None:
    first = await alice.get(path)
    again = await alice.get(path, {"If-None-Match": first.headers["etag"]})
    among_others = await alice.get(path, {"If-None-Match": f'"x", W/{first.headers["etag"]}'})
    other = await alice.get(path, {"If-None-Match": '"x"'})
    head = await alice.http.head(path, headers={"X-API-Key": alice.key})

    assert first.status_code == 200
    for answer in (again, among_others):
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", first.headers["etag"])
        assert "content-type" not in answer.headers
        assert "x-request-id" in answer.headers
    assert (other.status_code, other.content) == (200, first.content)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", first.headers["etag"])


async def test_a_change_changes_the_tag(alice: Client) -> None:
    before = await alice.get(ENDPOINTS)
    await alice.post(ENDPOINTS, {"url": "https://example.com/hook"})
    after = await alice.get(ENDPOINTS, {"If-None-Match": before.headers["etag"]})

    assert (after.status_code, len(after.json())) == (200, 1)
    assert before.headers["etag"] != after.headers["etag"]


async def test_refusals_and_streams_have_no_tag(alice: Client, http: httpx2.AsyncClient) -> None:
    job = await alice.submit("report")
    await alice.post(f"/v1/jobs/{job['id']}/cancel")
    answers = [
        await http.get(ENDPOINTS, headers={"If-None-Match": "*"}),
        await alice.get("/v1/webhooks/endpoints/nothing", {"If-None-Match": "*"}),
        await alice.get(f"/v1/jobs/{job['id']}/events", {"If-None-Match": "*"}),
    ]

    assert [answer.status_code for answer in answers] == [401, 404, 200]
    assert not any("etag" in answer.headers for answer in answers)
