"""Files in parts, by presigned links of the real storage."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from deploy.local.stack import Stack
from shared.kit.platform import Platform
from shared.kit.storage import parts as storage_parts
from shared.quotas import Quota
from shared.uploads.files import PART_BYTES, object_key
from tests.actors import Client
from tests.files import announce, announcement, content, part_sha256, parts, put, put_all, sha256, upload_announced

SIZE = 2 * PART_BYTES + 12_345


async def _refused(answer: httpx2.Response, status: int, code: str) -> str:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    detail: str = answer.json()["detail"]
    return detail


def _stored(platform: Platform, upload: dict[str, Any]) -> bytes:
    return platform.storage.get(f"files/{upload['id']}")


async def test_a_file_is_announced_put_in_parts_of_any_order_and_completed(alice: Client, platform: Platform) -> None:
    body = content(SIZE, "any order")
    upload = await announce(alice, body)
    for link, part in reversed([*zip(upload["parts"], parts(body), strict=True)]):
        assert (await put(link, part)).status_code == 200

    answer = await alice.post(upload["complete_url"], {})

    assert answer.status_code == 200, answer.text
    completed = answer.json()
    assert (completed["id"], completed["status"], completed["sha256"]) == (upload["id"], "completed", sha256(body))
    assert (completed["filename"], completed["content_type"]) == ("predictions.csv", "text/csv")
    assert (completed["part_size_bytes"], completed["part_count"]) == (PART_BYTES, 3)
    assert completed["completed_at"] < completed["expires_at"]
    assert _stored(platform, upload) == body


async def test_the_links_tell_the_number_size_and_header_of_each_part(alice: Client) -> None:
    body = content(SIZE, "links")

    upload = await announce(alice, body)

    assert (upload["status"], upload["sha256"], upload["completed_at"]) == ("pending", None, None)
    assert [(link["number"], link["size_bytes"], link["method"], link["headers"]) for link in upload["parts"]] == [
        (number, len(part), "PUT", {"x-amz-checksum-sha256": part_sha256(part)})
        for number, part in enumerate(parts(body), start=1)
    ]
    assert upload["parts_url"] == f"/v1/uploads/{upload['id']}/parts"


async def test_a_file_of_one_part_needs_only_its_own_sha256(alice: Client, platform: Platform) -> None:
    body = content(1000, "one part")
    upload = await announce(alice, body, part_sha256=[])
    await put_all(upload["parts"], body)

    completed = (await alice.post(upload["complete_url"], {})).json()

    assert (completed["status"], _stored(platform, upload)) == ("completed", body)


async def test_a_client_may_hash_each_part_when_it_sends_it_and_the_file_at_the_end(
    alice: Client, platform: Platform
) -> None:
    body = content(SIZE, "hashed as it goes")
    upload = await announce(alice, body, sha256=None, part_sha256=[])
    assert upload["parts"] == []
    for number, part in enumerate(parts(body), start=1):
        checksums = {"numbers": [number], "sha256": {str(number): part_sha256(part)}}
        (link,) = (await alice.post(upload["parts_url"], checksums)).json()["parts"]
        assert (await put(link, part)).status_code == 200

    completed = await alice.post(upload["complete_url"], {"sha256": sha256(body).upper()})

    assert (completed.status_code, completed.json()["sha256"]) == (200, sha256(body))
    assert _stored(platform, upload) == body


async def test_storage_refuses_other_bytes_another_size_and_a_missing_checksum(alice: Client) -> None:
    body = content(1000, "refused by storage")
    upload = await announce(alice, body)
    (link,) = upload["parts"]

    flipped = await put(link, bytes([body[0] ^ 1]) + body[1:])
    longer, shorter = await put(link, body + b"x"), await put(link, body[:-1])
    bare = await put(link | {"headers": {}}, body)
    other_part = await put(link | {"url": link["url"].replace("partNumber=1", "partNumber=2")}, body)
    other_key = await put(link | {"url": link["url"].replace("/files/", "/jobs/")}, body)
    refusals = (longer, shorter, bare, other_part, other_key)

    assert "partNumber=1" in link["url"]
    assert (flipped.status_code, [answer.status_code for answer in refusals]) == (400, [403] * 5)
    detail = await _refused(await alice.post(upload["complete_url"], {}), 409, "upload-incomplete")
    assert detail == "Part 1 has not been uploaded yet; upload it, then complete the upload."


async def test_a_part_of_unknown_length_is_refused(alice: Client) -> None:
    body = content(1000, "chunked")
    (link,) = (await announce(alice, body))["parts"]

    async def endless() -> AsyncIterator[bytes]:
        yield body

    async with httpx2.AsyncClient() as anybody:
        answer = await anybody.put(link["url"], content=endless(), headers=link["headers"])

    assert answer.status_code == 403


async def test_an_interrupted_client_reads_what_has_arrived_and_sends_the_rest(
    alice: Client, platform: Platform
) -> None:
    body = content(SIZE, "interrupted")
    upload = await announce(alice, body)
    etag = (await put(upload["parts"][1], parts(body)[1])).headers["etag"]

    # A new process, which knows nothing but the id and the file.
    progress = (await alice.get(f"/v1/uploads/{upload['id']}")).json()
    arrived = {part["number"] for part in progress["received"]}
    missing = [number for number in range(1, progress["part_count"] + 1) if number not in arrived]
    links = (await alice.post(progress["parts_url"], {"numbers": missing})).json()["parts"]
    for link in links:
        assert (await put(link, parts(body)[link["number"] - 1])).status_code == 200
    completed = await alice.post(progress["complete_url"], {})

    assert progress["received"] == [{"number": 2, "size_bytes": PART_BYTES, "etag": etag.strip('"')}]
    assert missing == [1, 3]
    assert (completed.json()["status"], completed.json()["sha256"]) == ("completed", sha256(body))
    assert _stored(platform, upload) == body
    assert (await alice.get(f"/v1/uploads/{upload['id']}")).json()["received"] == []


async def test_missing_parts_are_named(alice: Client) -> None:
    body = content(SIZE, "missing")
    upload = await announce(alice, body)
    await put(upload["parts"][1], parts(body)[1])

    detail = await _refused(await alice.post(upload["complete_url"], {}), 409, "upload-incomplete")

    assert detail == "Parts 1, 3 have not been uploaded yet; upload them, then complete the upload."


async def _send_again(alice: Client, upload: dict[str, Any], number: int, part: bytes) -> str:
    checksums = {"numbers": [number], "sha256": {str(number): part_sha256(part)}}
    (link,) = (await alice.post(upload["parts_url"], checksums)).json()["parts"]
    answer = await put(link, part)
    assert answer.status_code == 200, answer.text
    return str(answer.headers["etag"])


async def test_of_a_part_that_is_sent_twice_the_content_of_the_last_link_is_the_file_s(
    alice: Client, platform: Platform
) -> None:
    old, new = content(SIZE, "old"), content(SIZE, "new")
    upload = await announce(alice, old, sha256=None)
    await put_all(upload["parts"], old)
    etags = [await _send_again(alice, upload, number, part) for number, part in enumerate(parts(new), start=1)]

    reported = [{"number": number, "etag": etag} for number, etag in enumerate(etags, start=1)]
    completed = await alice.post(upload["complete_url"], {"parts": reported, "sha256": sha256(new)})

    assert (completed.status_code, completed.json()["sha256"]) == (200, sha256(new))
    assert _stored(platform, upload) == new


async def test_the_replaced_content_of_a_part_cannot_be_completed(alice: Client) -> None:
    old, new = content(5000, "replaced"), content(5000, "replacing")
    upload = await announce(alice, old, sha256=None)
    old_etag = (await put(upload["parts"][0], old)).headers["etag"]
    new_etag = await _send_again(alice, upload, 1, new)

    refused = await alice.post(upload["complete_url"], {"parts": [{"number": 1, "etag": old_etag}]})
    completed = await alice.post(upload["complete_url"], {"parts": [{"number": 1, "etag": new_etag.strip('"')}]})

    detail = await _refused(refused, 409, "upload-incomplete")
    assert detail.startswith("A part was uploaded with other content than its last link is for;")
    assert (completed.status_code, completed.json()["sha256"]) == (200, sha256(new))


async def test_a_part_that_was_not_sent_again_after_its_content_changed_is_refused(alice: Client) -> None:
    old, new = content(5000, "sent"), content(5000, "not sent")
    upload = await announce(alice, old, sha256=None)
    await put_all(upload["parts"], old)
    await alice.post(upload["parts_url"], {"numbers": [1], "sha256": {"1": part_sha256(new)}})

    await _refused(await alice.post(upload["complete_url"], {}), 409, "upload-incomplete")
    await _send_again(alice, upload, 1, new)
    etag = (await alice.get(f"/v1/uploads/{upload['id']}")).json()["received"]

    assert [part["number"] for part in etag] == [1]


async def test_a_part_that_is_sent_twice_with_the_same_content_is_no_trouble(alice: Client, platform: Platform) -> None:
    body = content(SIZE, "same again")
    upload = await announce(alice, body)
    await put_all(upload["parts"], body)
    await put_all(upload["parts"], body)

    progress = (await alice.get(f"/v1/uploads/{upload['id']}")).json()
    completed = await alice.post(upload["complete_url"], {})

    assert [part["number"] for part in progress["received"]] == [1, 2, 3]
    assert (completed.status_code, _stored(platform, upload)) == (200, body)


async def test_completing_twice_or_at_once_gives_the_same_upload(alice: Client) -> None:
    body = content(SIZE, "twice")
    upload = await announce(alice, body)
    await put_all(upload["parts"], body)

    answers = await asyncio.gather(*(alice.post(upload["complete_url"], {}) for _ in range(4)))
    again = await alice.post(upload["complete_url"], {"sha256": sha256(body)})

    assert {answer.status_code for answer in answers} == {200}
    assert all(answer.json() == again.json() for answer in answers)


async def _made_but_not_recorded(alice: Client, platform: Platform, body: bytes) -> dict[str, Any]:
    """An upload of which storage has made the object, while its row still says pending."""
    completed = await upload_announced(alice, body)
    async with platform.db.connection() as connection:
        undo = "UPDATE file_upload SET status = 'pending', sha256 = NULL, completed_at = NULL WHERE id = $1"
        await connection.execute(undo, completed["id"])
    return completed


async def test_a_request_that_died_after_storage_made_the_object_is_repeated(alice: Client, platform: Platform) -> None:
    first = await _made_but_not_recorded(alice, platform, content(SIZE, "died"))

    again = await alice.post(first["complete_url"], {})

    assert (again.status_code, again.json()["sha256"], again.json()["status"]) == (200, first["sha256"], "completed")


async def test_a_request_that_meets_storage_still_removing_the_parts_for_another_one_succeeds(
    alice: Client, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await _made_but_not_recorded(alice, platform, content(1000, "removing"))
    # SeaweedFS removes the parts one by one once it has made the object, and lists those that are left.
    monkeypatch.setattr(storage_parts, "received", lambda *_: [])

    again = await alice.post(first["complete_url"], {})

    assert (again.status_code, again.json()["sha256"]) == (200, first["sha256"])


async def test_a_file_with_another_sha256_than_announced_is_refused_and_not_kept(
    alice: Client, platform: Platform
) -> None:
    body = content(SIZE, "what was sent")
    upload = await announce(alice, body, sha256=sha256(b"what was announced"))
    await put_all(upload["parts"], body)

    refused = [await alice.post(upload["complete_url"], {}) for _ in range(2)]
    links = await alice.post(upload["parts_url"], {"numbers": [1]})

    for answer in (*refused, links):
        await _refused(answer, 422, "checksum-mismatch")
    assert (await alice.get(f"/v1/uploads/{upload['id']}")).json()["status"] == "failed"
    assert platform.storage.stat(f"files/{upload['id']}") is None


async def test_the_same_content_is_not_sent_twice(alice: Client) -> None:
    body = content(SIZE, "held already")
    first = await upload_announced(alice, body)

    again = await alice.post("/v1/uploads", announcement(body, filename="other.csv"))

    assert (again.status_code, again.json()["parts"]) == (200, [])
    same = {name: value for name, value in again.json().items() if name not in {"parts", "expires_at"}}
    assert same == {name: value for name, value in first.items() if name != "expires_at"}
    assert again.json()["expires_at"] >= first["expires_at"]


@pytest.mark.parametrize("other", [{"sha256": sha256(b"another")}, {"size_bytes": 999}, {"sha256": None}])
async def test_what_is_not_known_to_be_the_same_content_is_sent(alice: Client, other: dict[str, Any]) -> None:
    body = content(1000, f"{other}")
    first = await upload_announced(alice, body)

    again = await alice.post("/v1/uploads", announcement(body, part_sha256=[], **other))

    assert (again.status_code, again.json()["status"]) == (201, "pending")
    assert again.json()["id"] != first["id"]


async def test_another_account_neither_learns_of_a_file_nor_gets_it_by_its_sha256(
    alice: Client, mallory: Client
) -> None:
    body = content(2000, "secret")
    own = await upload_announced(alice, body)

    guess = await mallory.post("/v1/uploads", announcement(body))
    unknown = await mallory.post("/v1/uploads", announcement(content(2000, "nobody's")))

    assert guess.status_code == unknown.status_code == 201
    told = ("status", "sha256", "completed_at", "part_count")
    assert [guess.json()[name] for name in told] == [unknown.json()[name] for name in told]
    assert guess.json()["id"] != own["id"]
    await _refused(await mallory.post(guess.json()["complete_url"], {}), 409, "upload-incomplete")


async def test_the_upload_of_another_account_is_not_found(alice: Client, mallory: Client) -> None:
    body = content(1000, "alice's")
    upload = await announce(alice, body)
    path = f"/v1/uploads/{upload['id']}"

    answers = [
        await mallory.get(path),
        await mallory.post(f"{path}/parts", {"numbers": [1]}),
        await mallory.post(f"{path}/complete", {}),
        await mallory.delete(path),
        await mallory.get("/v1/uploads/no-such-id"),
    ]

    for answer in answers:
        assert await _refused(answer, 404, "upload-not-found") == (
            "Your account has no upload with this id; create a new upload."
        )
    assert (await mallory.get("/v1/uploads")).json() == {"items": [], "next": None}
    assert (await alice.get(path)).json()["status"] == "pending"


async def test_a_deleted_upload_takes_no_part_and_is_gone(alice: Client) -> None:
    body = content(SIZE, "deleted")
    upload = await announce(alice, body)
    await put(upload["parts"][0], parts(body)[0])

    deleted = await alice.delete(f"/v1/uploads/{upload['id']}")

    assert deleted.status_code == 204
    assert (await put(upload["parts"][1], parts(body)[1])).status_code == 404
    await _refused(await alice.post(upload["complete_url"], {}), 404, "upload-not-found")
    await _refused(await alice.delete(f"/v1/uploads/{upload['id']}"), 404, "upload-not-found")


async def test_the_file_of_a_deleted_upload_is_gone_and_can_be_sent_again(alice: Client, platform: Platform) -> None:
    body = content(1000, "deleted file")
    upload = await upload_announced(alice, body)

    assert (await alice.delete(f"/v1/uploads/{upload['id']}")).status_code == 204

    assert platform.storage.stat(f"files/{upload['id']}") is None
    assert (await alice.post("/v1/uploads", announcement(body))).status_code == 201


async def test_a_complete_upload_takes_no_more_parts(alice: Client, platform: Platform) -> None:
    body = content(1000, "over")
    upload = await announce(alice, body)
    await put_all(upload["parts"], body)
    await alice.post(upload["complete_url"], {})

    links = await alice.post(upload["parts_url"], {"numbers": [1]})

    await _refused(links, 409, "upload-already-completed")
    assert (await put(upload["parts"][0], body)).status_code == 404
    other = await alice.post(upload["complete_url"], {"sha256": sha256(b"other")})
    assert (other.status_code, other.json()["errors"][0]["pointer"]) == (400, "/sha256")
    assert _stored(platform, upload) == body


@pytest.mark.parametrize(
    ("other", "status", "pointer"),
    [
        ({"size_bytes": 0}, 400, "/size_bytes"),
        ({"size_bytes": -1}, 400, "/size_bytes"),
        ({"size_bytes": 1.5}, 400, "/size_bytes"),
        ({"size_bytes": 2**60}, 400, "/size_bytes"),
        ({"size_bytes": 2**40}, 413, None),
        ({"sha256": "abc"}, 400, "/sha256"),
        ({"sha256": "g" * 64}, 400, "/sha256"),
        ({"sha256": "0" * 64 + "\n"}, 400, "/sha256"),
        ({"part_sha256": ["abc"]}, 400, "/part_sha256/0"),
        ({"part_sha256": [part_sha256(b"1"), part_sha256(b"2")]}, 400, "/part_sha256"),
        ({"part_sha256": [part_sha256(b"of another file")]}, 400, "/part_sha256/0"),
        ({"content_type": "text"}, 400, "/content_type"),
        ({"content_type": "text/csv\n"}, 400, "/content_type"),
        ({"content_type": "text/csv\r\nX-Evil: 1"}, 400, "/content_type"),
        ({"filename": ""}, 400, "/filename"),
        ({"filename": "\u200b"}, 400, "/filename"),
        ({"sise_bytes": 1}, 400, "/sise_bytes"),
    ],
)
async def test_an_announcement_that_cannot_be_right_is_refused(
    alice: Client, other: dict[str, Any], status: int, pointer: str | None
) -> None:
    answer = await alice.post("/v1/uploads", announcement(content(1000, "refused")) | other)

    assert answer.status_code == status, answer.text
    assert [fault["pointer"] for fault in answer.json().get("errors", [{"pointer": None}])] == [pointer]
    assert (await alice.get("/v1/uploads")).json()["items"] == []


@pytest.mark.parametrize(
    ("filename", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\runs\\june.csv", "june.csv"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("<script>alert(1)</script>", "script>"),
        ("..", "file"),
        ('x"; filename="y.html', 'x"; filename="y.html'),
        ("naïve 模型.csv", "naïve 模型.csv"),
        ("'; DROP TABLE file_upload; --", "'; DROP TABLE file_upload; --"),
    ],
)
async def test_a_file_name_is_shown_and_never_part_of_a_key(
    alice: Client, platform: Platform, filename: str, shown: str
) -> None:
    body = content(100, filename)

    upload = await upload_announced(alice, body, filename=filename)

    assert upload["filename"] == shown
    stat = platform.storage.stat(f"files/{upload['id']}")
    assert stat is not None
    assert (stat.content_type, stat.size_bytes) == ("application/octet-stream", 100)


@pytest.mark.parametrize(
    ("parts_of", "pointer"),
    [
        ({"numbers": []}, "/numbers"),
        ({"numbers": [0]}, "/numbers/0"),
        ({"numbers": [4]}, "/numbers"),
        ({"numbers": [1] * 101}, "/numbers"),
        ({"numbers": [1]}, "/sha256/1"),
        ({"numbers": [1], "sha256": {"2": part_sha256(b"")}}, "/sha256/2"),
        ({"numbers": [1], "sha256": {"one": part_sha256(b"")}}, "/sha256/one"),
        ({"numbers": [1], "sha256": {"1": sha256(b"")}}, "/sha256"),
    ],
)
async def test_links_for_parts_that_do_not_exist_or_have_no_sha256_are_refused(
    alice: Client, parts_of: dict[str, Any], pointer: str
) -> None:
    upload = await announce(alice, content(SIZE, "links refused"), part_sha256=[])

    answer = await alice.post(upload["parts_url"], parts_of)

    assert (answer.status_code, [fault["pointer"] for fault in answer.json()["errors"]]) == (400, [pointer])


async def test_an_account_can_have_so_many_unfinished_uploads_and_then_none(
    alice: Client, mallory: Client, platform: Platform
) -> None:
    limit = platform.settings.quotas[Quota.OPEN_UPLOADS]
    assert limit is not None
    async with platform.db.connection() as connection:
        fill = """
            INSERT INTO file_upload (id, account_id, status, filename, content_type, size_bytes, part_size_bytes,
                                     object_key, expires_at)
            SELECT uuidv7(), id, 'pending', '', '', 1, 1, '', now() + interval '1 day'
            FROM account, generate_series(1, $2) WHERE email = $1
        """
        await connection.execute(fill, alice.email, limit - 1)
    bodies = [announcement(content(100, f"one of many {n}")) for n in range(3)]

    answers = await asyncio.gather(*(alice.post("/v1/uploads", body) for body in bodies))

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert (refused.json()["code"], refused.json()["detail"][:37]) == (
        "quota-reached",
        "The account uses 1,000 of 1,000 open ",
    )
    assert (await mallory.post("/v1/uploads", bodies[0])).status_code == 201
    (created,) = (answer.json() for answer in answers if answer.status_code == 201)
    await alice.delete(f"/v1/uploads/{created['id']}")
    assert (await alice.post("/v1/uploads", bodies[0])).status_code == 201


async def test_uploads_are_listed_newest_first_in_pages_and_by_status(alice: Client) -> None:
    ids = [(await announce(alice, content(100, f"listed {n}")))["id"] for n in range(3)]
    completed = await upload_announced(alice, content(100, "completed"))

    first = (await alice.get("/v1/uploads", limit=2)).json()
    second = (await alice.get("/v1/uploads", limit=2, cursor=first["next"])).json()
    only = (await alice.get("/v1/uploads", status="completed")).json()

    assert [item["id"] for item in first["items"] + second["items"]] == [completed["id"], *reversed(ids)]
    assert second["next"] is None
    assert only == {"items": [completed], "next": None}
    assert (await alice.get("/v1/uploads", status="failed")).json()["items"] == []


async def test_an_upload_is_announced_once_under_an_idempotency_key(alice: Client) -> None:
    body = announcement(content(100, "idempotent"))

    answers = [await alice.post("/v1/uploads", body, {"Idempotency-Key": "one"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert len((await alice.get("/v1/uploads")).json()["items"]) == 1


async def test_the_key_of_an_object_holds_nothing_of_its_uploader(alice: Client, platform: Platform) -> None:
    upload = await announce(alice, content(100, "key"), filename="../../x")
    async with platform.db.connection() as connection:
        key = await connection.fetchval("SELECT object_key FROM file_upload WHERE id = $1", upload["id"])

    assert key == object_key(upload["id"]) == f"files/{upload['id']}"


async def test_while_storage_is_away_nothing_is_lost(alice: Client, stack: Stack) -> None:
    body, other = content(1000, "outage"), content(1000, "other")
    upload = await announce(alice, body)
    await put_all(upload["parts"], body)
    path = f"/v1/uploads/{upload['id']}"
    stack.s3.kill()
    try:
        answers = [
            await alice.post("/v1/uploads", announcement(other)),
            await alice.post(upload["complete_url"], {}),
            await alice.get(path),
        ]
        listed = (await alice.get("/v1/uploads")).json()["items"]
    finally:
        stack.s3.start()

    for answer in answers:
        await _refused(answer, 503, "storage-unavailable")
    assert [item["id"] for item in listed] == [upload["id"]]
    assert (await alice.post(upload["complete_url"], {})).json()["sha256"] == sha256(body)
