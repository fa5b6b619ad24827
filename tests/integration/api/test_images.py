"""Images: what is taken, what is refused, and how they come back."""

import asyncio
import hashlib
import io
import struct
import zlib
from typing import Any
from unittest.mock import ANY
from uuid import UUID

import httpx2
import pytest
from PIL import Image

from deploy.local.stack import Stack
from shared.kit.platform import Platform
from tests.actors import Client, eventually
from tests.pictures import encode, picture, turned

TYPES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
    "BMP": "image/bmp",
}


@pytest.fixture
async def project(alice: Client) -> str:
    """A project of Alice's."""
    made: str = (await alice.create_project())["id"]
    return made


@pytest.mark.parametrize("form", sorted(TYPES))
async def test_an_image_comes_back_as_it_was_sent_with_the_type_that_it_really_has(
    alice: Client, project: str, form: str
) -> None:
    body = picture(form)

    image = await alice.add_image(project, body, name="Ecke.png", content_type="text/html", metadata='{"lens": 35}')

    assert image == {
        "id": image["id"],
        "project_id": project,
        "filename": "Ecke.png",
        "content_type": TYPES[form],
        "size_bytes": len(body),
        "sha256": hashlib.sha256(body).hexdigest(),
        "width": 64,
        "height": 48,
        "orientation": 1,
        "metadata": {"lens": 35},
        "created_at": image["created_at"],
        "updated_at": image["created_at"],
        "deleted_at": None,
        "deletion_reason": None,
        "restorable_until": None,
        "content_url": f"/api/images/{image['id']}/content",
        "thumbnail_url": f"/api/images/{image['id']}/thumbnail",
        "thumbnail_status": "queued",
    }
    content = await alice.get(image["content_url"])
    assert content.content == body
    assert {name: content.headers[name] for name in ("content-type", "content-security-policy", "content-length")} == {
        "content-type": TYPES[form],
        "content-security-policy": "sandbox",
        "content-length": str(len(body)),
    }
    assert content.headers["x-content-type-options"] == "nosniff"
    known = await alice.get(image["content_url"], {"If-None-Match": content.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")


async def test_a_link_saves_the_image_under_its_name_and_needs_no_key(alice: Client, project: str) -> None:
    body = picture()
    image = await alice.add_image(project, body, name='a "quoted"; filename=x.html \u202egnp.exe.png')

    link = (await alice.get(f"/api/images/{image['id']}/download")).json()
    async with httpx2.AsyncClient() as anybody:
        answer = await anybody.get(link["url"])

    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, body, "image/png")
    assert answer.headers["content-disposition"] == (
        "attachment; filename*=UTF-8''a%20%22quoted%22%3B%20filename%3Dx.html%20gnp.exe.png"
    )


async def test_a_bare_link_to_the_object_does_not_show_it_either(
    alice: Client, project: str, platform: Platform
) -> None:
    image = await alice.add_image(project, picture())

    link = platform.storage.link(f"images/{image['id']}/{image['sha256']}", account_id=1)
    async with httpx2.AsyncClient() as anybody:
        answer = await anybody.get(link.url)

    assert answer.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize("orientation", range(1, 9))
async def test_width_and_height_are_those_that_a_viewer_shows(alice: Client, project: str, orientation: int) -> None:
    image = await alice.add_image(project, turned(orientation))

    shown = (64, 48) if orientation < 5 else (48, 64)
    assert (image["width"], image["height"], image["orientation"]) == (*shown, orientation)


async def test_a_picture_of_a_phone_with_further_ones_behind_it_is_a_jpeg(alice: Client, project: str) -> None:
    first = Image.new("RGB", (64, 48), "red")
    body = encode(first, "MPO", save_all=True, append_images=[Image.new("RGB", (32, 24))])

    image = await alice.add_image(project, body)

    assert (image["content_type"], image["width"]) == ("image/jpeg", 64)


def _compressed_zeros(size: int) -> bytes:
    """What decompresses to so many zeros (RFC 1950), from one MiB that is compressed once and repeated."""

    def deflated(zeros: int, end: int) -> bytes:
        packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
        return packer.compress(bytes(zeros)) + packer.flush(end)

    # Behind a full flush a piece refers to none before it.
    body = deflated(2**20, zlib.Z_FULL_FLUSH) * (size // 2**20) + deflated(size % 2**20, zlib.Z_FINISH)
    # Adler-32 of zeros: one sum stays 1, and the other counts the bytes.
    return b"\x78\xda" + body + struct.pack(">HH", size % 65521, 1)


def _bomb(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that decodes to width x height pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = _compressed_zeros((width // 8 + 1) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


ANIMATION = [Image.new("RGB", (64, 48), (0, shade, 0)) for shade in (0, 100, 200)]
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        pytest.param(b"", 400, "invalid-image", id="empty"),
        pytest.param(b"<html><script>alert(1)</script>", 400, "invalid-image", id="html"),
        pytest.param(SVG, 400, "invalid-image", id="svg"),
        pytest.param(encode(ANIMATION[0], "TIFF"), 400, "invalid-image", id="tiff"),
        pytest.param(encode(ANIMATION[0], "PPM"), 400, "invalid-image", id="ppm"),
        pytest.param(b"%PDF-1.4", 400, "invalid-image", id="pdf"),
        pytest.param(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", 400, "invalid-image", id="postscript"),
        *(
            pytest.param(picture(form)[: len(picture(form)) // 2], 400, "invalid-image", id=f"half a {form}")
            for form in sorted(TYPES)
        ),
        *(
            pytest.param(
                encode(ANIMATION[0], form, save_all=True, append_images=ANIMATION[1:]), 400, "invalid-image", id=form
            )
            for form in ("GIF", "PNG", "WEBP")
        ),
        pytest.param(_bomb(20_000, 20_000), 413, "image-too-large", id="bomb"),
        pytest.param(_bomb(2**31 - 1, 1), 413, "image-too-large", id="very wide"),
    ],
)
async def test_what_is_no_picture_to_show_is_refused_and_leaves_nothing(
    alice: Client, project: str, body: bytes, status: int, code: str
) -> None:
    answer = await alice.add_image_answer(project, body)

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert (await alice.get(f"/api/projects/{project}/images")).json() == {"items": [], "total": 0, "next": None}


async def test_a_file_that_is_too_large_is_refused_with_where_to_go(
    alice: Client, project: str, platform: Platform
) -> None:
    answer = await alice.add_image_answer(project, bytes(platform.settings.max_image_bytes + 1))

    assert (answer.status_code, answer.json()["code"]) == (413, "image-too-large")
    assert "/uploads" in answer.json()["detail"]


async def test_an_upload_that_is_sent_again_under_its_idempotency_key_is_one_image(alice: Client, project: str) -> None:
    # Encoded again, each with a boundary of its own.
    first, again, other = [
        await alice.send(
            "POST",
            f"/api/projects/{project}/images",
            headers={"Idempotency-Key": "one"},
            files={"file": ("a.png", body)},
        )
        for body in (picture(), picture(), picture(size=(10, 10)))
    ]

    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert other.status_code == 422
    assert (await alice.get(f"/api/projects/{project}/images")).json()["total"] == 1


BOUNDARY = {"Content-Type": "multipart/form-data; boundary=X"}
PART = b'--X\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'


@pytest.mark.parametrize(
    ("headers", "body", "pointer"),
    [
        ({"Content-Type": "application/json"}, b"{}", ""),
        ({"Content-Type": "multipart/form-data"}, b"", ""),
        (BOUNDARY, b"", ""),
        (BOUNDARY, b"--X--\r\n", "/file"),
        (BOUNDARY, PART + picture()[:50], ""),
        (BOUNDARY, b'--X\r\nContent-Disposition: form-data; name="file"\r\n\r\nabc\r\n--X--\r\n', "/file"),
        (BOUNDARY, b'--X\r\nContent-Disposition: form-data; name="t"\r\n\r\n\xff\r\n--X--\r\n', ""),
        (BOUNDARY, b'--X\r\nContent-Disposition: form-data; name="t"\r\n\r\n' + bytes(70_000) + b"\r\n--X--\r\n", "/t"),
        (BOUNDARY, b'--X\r\nContent-Disposition: form-data; name="t"\r\n\r\n\r\n' * 11 + b"--X--\r\n", ""),
        (BOUNDARY, b"--X\r\nContent-Disposition: form-data\r\n\r\n\r\n--X--\r\n", "/file"),
        (BOUNDARY, b"nothing of the kind", ""),
    ],
)
async def test_a_form_that_is_none_is_refused_with_its_mistake(
    alice: Client, project: str, headers: dict[str, str], body: bytes, pointer: str
) -> None:
    answer = await alice.send("POST", f"/api/projects/{project}/images", headers=headers, content=body)

    assert answer.status_code == 400, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize("metadata", ["", "{", "[]", '{"a": NaN}', '{"": 1}', '{"a": "\\u0000"}', '{"a": "\\ud800"}'])
async def test_metadata_that_is_no_object_is_refused(alice: Client, project: str, metadata: str) -> None:
    answer = await alice.add_image_answer(project, picture(), metadata=metadata)

    assert answer.status_code == 400, answer.text
    assert answer.json()["errors"][0]["pointer"].startswith("/metadata")


async def test_the_key_may_come_in_the_form(alice: Client, project: str) -> None:
    answer = await alice.http.post(
        f"/api/projects/{project}/images", files={"file": ("a.png", picture())}, data={"api_key": alice.key}
    )
    without = await alice.http.post(f"/api/projects/{project}/images", files={"file": ("a.png", picture())})

    assert (answer.status_code, without.status_code) == (201, 401)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\cat.jpg", "cat.jpg"),
        ("<img src=x onerror=alert(1)>.png", "<img src=x onerror=alert(1)>.png"),
        ("..", "image"),
        (" \u200b ", "image"),
        ("photo\u202egnp.exe", "photognp.exe"),
        ("e\u0301.png", "é.png"),
        ("x" * 300 + ".jpeg", "x" * 179 + "…" + "x" * 15 + ".jpeg"),
    ],
)
async def test_a_file_name_is_a_text_to_show(alice: Client, project: str, sent: str, kept: str) -> None:
    image = await alice.add_image(project, picture(), name=sent)

    assert image["filename"] == kept


async def test_metadata_is_said_and_taken_back_key_by_key(alice: Client, project: str) -> None:
    image = await alice.add_image(project, picture(), metadata='{"kept": [1, {"a": null}]}')
    address = f"/api/images/{image['id']}/metadata"

    said = await alice.send("PUT", address, json={"key": "Blickwinkel °", "value": {"deg": 1.5}})
    again = await alice.send("PUT", address, json={"key": "Blickwinkel °", "value": 2})
    gone = await alice.delete(f"{address}/Blickwinkel%20%C2%B0")
    nothing = await alice.delete(f"{address}/nothing")

    assert said.json()["metadata"] == {"kept": [1, {"a": None}], "Blickwinkel °": {"deg": 1.5}}
    assert again.json()["metadata"]["Blickwinkel °"] == 2
    assert gone.json() == {**image, "updated_at": gone.json()["updated_at"], "thumbnail_status": ANY}
    assert (nothing.status_code, nothing.json()["metadata"]) == (200, image["metadata"])
    full = await alice.send("PUT", address, json={"key": "much", "value": "x" * 20_000})
    assert [error["pointer"] for error in full.json()["errors"]] == ["/value"]


async def test_two_who_say_something_at_once_are_both_heard(alice: Client, project: str) -> None:
    image = await alice.add_image(project, picture())
    address = f"/api/images/{image['id']}/metadata"

    await asyncio.gather(*(alice.send("PUT", address, json={"key": f"k{n}", "value": n}) for n in range(8)))

    assert (await alice.get(f"/api/images/{image['id']}")).json()["metadata"] == {f"k{n}": n for n in range(8)}


@pytest.mark.usefixtures("workers")
@pytest.mark.parametrize("form", [*sorted(TYPES), "turned"])
async def test_a_worker_makes_a_small_upright_copy(alice: Client, project: str, form: str) -> None:
    body = turned(6, size=(1000, 500)) if form == "turned" else picture(form, size=(1000, 500))
    image = await alice.add_image(project, body)

    small = await thumbnail(alice, image["id"])

    assert (small.headers["content-type"], small.headers["content-security-policy"]) == ("image/webp", "sandbox")
    with Image.open(io.BytesIO(small.content)) as shown:
        assert shown.size == ((160, 320) if form == "turned" else (320, 160))
        # Red on the left; turned a quarter clockwise, red on top.
        assert shown.convert("RGB").resize((1, 1), box=(5, 5, 15, 15)).tobytes()[0] > 200
        assert shown.convert("RGB").resize((1, 1), box=(5, 5, 15, 15)).tobytes()[2] < 60
        assert not shown.getexif()
    assert (await alice.get(f"/api/images/{image['id']}")).json()["thumbnail_status"] == "ready"
    known = await alice.get(image["thumbnail_url"], {"If-None-Match": small.headers["etag"]})
    assert known.status_code == 304
    assert (await alice.get("/v1/jobs")).json()["items"] == [], "nobody asked for a job"


async def thumbnail(client: Client, image_id: str) -> httpx2.Response:
    """The thumbnail once it is there."""
    answer: Any = None

    async def is_there() -> bool:
        nonlocal answer
        answer = await client.get(f"/api/images/{image_id}/thumbnail")
        assert answer.status_code in {200, 202}, answer.text
        return bool(answer.status_code == 200)

    await eventually(is_there)
    found: httpx2.Response = answer
    return found


async def test_without_storage_an_image_is_refused_for_now_and_taken_when_it_is_back(
    alice: Client, project: str, stack: Stack
) -> None:
    image = await alice.add_image(project, picture())
    stack.s3.kill()
    try:
        refused = await alice.add_image_answer(project, picture())
        unread = await alice.get(image["content_url"])
        listed = await alice.get(f"/api/projects/{project}/images")
    finally:
        stack.s3.start()

    for answer in (refused, unread):
        assert (answer.status_code, answer.json()["code"]) == (503, "storage-unavailable")
        assert int(answer.headers["retry-after"]) > 0
    assert listed.json()["total"] == 1
    assert (await alice.add_image_answer(project, picture())).status_code == 201
    assert (await alice.get(image["content_url"])).content == picture()


async def test_a_project_that_is_deleted_meanwhile_keeps_no_image(
    alice: Client, project: str, platform: Platform
) -> None:
    async def delete() -> httpx2.Response:
        return await alice.send("DELETE", f"/api/projects/{project}", params={"force": True})

    uploads = [alice.add_image_answer(project, picture()) for _ in range(6)]
    *answers, deleted = await asyncio.gather(*uploads, delete())

    assert deleted.status_code == 204
    assert {answer.status_code for answer in answers} <= {201, 404}
    async with platform.db.connection() as connection:
        visible = await connection.fetchval(
            "SELECT count(*) FROM image WHERE project_id = $1 AND deleted_at IS NULL", UUID(project)
        )
    assert visible == 0


async def test_a_file_name_may_come_in_its_extended_form_alone(alice: Client, project: str) -> None:
    head = b"--X\r\nContent-Disposition: form-data; name=\"file\"; filename*=UTF-8''h%C3%BCtte.png\r\n\r\n"
    body = head + picture() + b"\r\n--X--\r\n"

    answer = await alice.send("POST", f"/api/projects/{project}/images", headers=BOUNDARY, content=body)

    assert (answer.status_code, answer.json()["filename"]) == (201, "h\u00fctte.png")


async def test_a_file_name_in_a_broken_extended_form_is_refused(alice: Client, project: str) -> None:
    head = b"--X\r\nContent-Disposition: form-data; name=\"file\"; filename*=UTF-8''%FF.png\r\n\r\n"

    answer = await alice.send(
        "POST", f"/api/projects/{project}/images", headers=BOUNDARY, content=head + picture() + b"\r\n--X--\r\n"
    )

    assert answer.status_code == 400
