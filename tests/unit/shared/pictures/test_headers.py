"""What the headers of a picture announce is bounded before it is decoded; every picture here is harmless."""

import struct
import zlib
from collections.abc import Callable

import pytest
from msgspec import structs
from PIL import Image

from shared.pictures import headers, png
from shared.pictures.errors import InvalidPicture, PictureRefused, PictureTooCostly, PictureTooLarge
from shared.pictures.limits import PictureLimits
from tests.pictures import encode, picture

SIZE = WIDTH, HEIGHT = 64, 48
LIMITS = PictureLimits(pixels=WIDTH * HEIGHT, side=WIDTH, scan_pixels=20 * WIDTH * HEIGHT, parts=100)
FORMS = ("JPEG", "PNG", "WEBP", "GIF")
FRAMES = [Image.new("RGB", SIZE, (0, shade, 0)) for shade in (0, 100, 200)]


def scans_of(body: bytes) -> int:
    return body.count(b"\xff\xda")


def with_chunks(body: bytes, count: int, kind: bytes = b"teSt", data: bytes = b"") -> bytes:
    """A PNG with further chunks behind its header."""
    chunk = struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    begin = 8 + 12 + 13
    return body[:begin] + count * chunk + body[begin:]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "options", [{}, {"progressive": True}, {"lossless": True}, {"exif": b"Exif\0\0MM\0*\0\0\0\x08"}]
)
def test_an_ordinary_picture_passes(form: str, options: dict[str, object]) -> None:
    headers.check(picture(form, SIZE, **options), LIMITS)


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("side", WIDTH - 1, "The image has 64 x 48 pixels; the maximum of a side is 63."),
        ("pixels", WIDTH * HEIGHT - 1, "The image has 64 x 48 pixels; the maximum is 3,071."),
    ],
)
def test_the_size_is_read_from_the_header(form: str, field: str, value: int, sentence: str) -> None:
    with pytest.raises(PictureTooLarge) as error:
        headers.check(picture(form, SIZE), structs.replace(LIMITS, **{field: value}))
    assert error.value.detail == sentence


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: picture("WEBP", SIZE), id="lossy"),
        pytest.param(lambda: picture("WEBP", SIZE, lossless=True), id="lossless"),
        pytest.param(lambda: encode(Image.new("RGBA", SIZE, (1, 2, 3, 4)), "WEBP"), id="with transparency"),
    ],
)
def test_the_size_of_every_form_of_a_webp_is_exact(make: Callable[[], bytes]) -> None:
    body = make()
    headers.check(body, LIMITS)
    with pytest.raises(PictureTooLarge, match="64 x 48"):
        headers.check(body, structs.replace(LIMITS, pixels=WIDTH * HEIGHT - 1))


def test_the_scans_of_a_jpeg_count_with_their_pixels() -> None:
    body = picture("JPEG", SIZE, progressive=True)
    scans = scans_of(body)
    assert scans > 5

    headers.check(body, structs.replace(LIMITS, scan_pixels=scans * WIDTH * HEIGHT))
    with pytest.raises(PictureTooCostly, match=f"{scans} scans or more over 64 x 48 pixels"):
        headers.check(body, structs.replace(LIMITS, scan_pixels=scans * WIDTH * HEIGHT - 1))


def test_what_stands_behind_the_end_of_a_jpeg_is_no_scan_of_it() -> None:
    body = picture("JPEG", SIZE)
    headers.check(body + body, structs.replace(LIMITS, scan_pixels=WIDTH * HEIGHT))


def test_a_preview_within_the_metadata_is_no_scan() -> None:
    preview = b"Exif\0\0" + picture("JPEG", SIZE, progressive=True)
    headers.check(picture("JPEG", SIZE, exif=preview), structs.replace(LIMITS, scan_pixels=WIDTH * HEIGHT))


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        pytest.param(with_chunks(picture("PNG", SIZE), 20), 22, id="png"),
        pytest.param(
            picture("JPEG", SIZE)[:2] + 20 * b"\xff\xfe\0\x02" + picture("JPEG", SIZE)[2:],
            20 + picture("JPEG", SIZE).count(b"\xff") - 2 - picture("JPEG", SIZE).count(b"\xff\0"),
            id="jpeg",
        ),
        pytest.param(picture("GIF", SIZE)[:-1] + 20 * b"\x21\xfe\0" + b";", 21, id="gif"),
        pytest.param(picture("WEBP", SIZE) + 20 * b"teSt\0\0\0\0", 21, id="webp"),
    ],
)
def test_the_number_of_chunks_is_bounded_exactly(body: bytes, parts: int) -> None:
    headers.check(body, structs.replace(LIMITS, parts=parts))
    with pytest.raises(PictureTooCostly, match="chunks; save it again"):
        headers.check(body, structs.replace(LIMITS, parts=parts - 1))


def test_a_chunk_without_pixels_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(png, "MAX_CHUNK_BYTES", 100)
    headers.check(with_chunks(picture("PNG", SIZE), 1, data=bytes(100)), LIMITS)
    with pytest.raises(PictureTooCostly, match="a chunk of 101 bytes without pixels"):
        headers.check(with_chunks(picture("PNG", SIZE), 1, data=bytes(101)), LIMITS)


@pytest.mark.parametrize("form", ["PNG", "WEBP", "GIF"])
def test_a_second_frame_makes_an_animation(form: str) -> None:
    headers.check(encode(FRAMES[0], form, save_all=True), LIMITS)
    with pytest.raises(InvalidPicture, match="animation"):
        headers.check(encode(FRAMES[0], form, save_all=True, append_images=FRAMES[1:]), LIMITS)


@pytest.mark.parametrize("form", FORMS)
def test_a_picture_that_is_cut_anywhere_is_left_to_the_decoder(form: str) -> None:
    body = picture(form, SIZE)
    for end in range(len(body)):
        try:
            headers.check(body[:end], LIMITS)
        except PictureRefused as error:
            pytest.fail(f"{end}: {error.detail}")
