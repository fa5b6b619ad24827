"""Bytes that pose as pictures."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from PIL import Image

from shared.pictures.decoding import FORMATS, Picture, decode
from shared.pictures.errors import InvalidPicture, PictureRefused, PictureTooLarge
from shared.pictures.limits import PictureLimits
from tests.pictures import encode, picture, turned

ENOUGH = PictureLimits(pixels=64 * 48, side=100, scan_pixels=20 * 64 * 48, parts=1000)

FILES = [picture(form) for form in FORMATS if form != "MPO"]
FILES += [turned(6, form) for form in ("JPEG", "PNG", "WEBP")]
FILES += [encode(Image.new(mode, (64, 48)), "PNG") for mode in ("1", "L", "LA", "P", "I;16", "RGBA")]
FILES += [picture("JPEG", progressive=True), picture("WEBP", lossless=True), picture("PNG", comment="x")]


# Pillow warns of broken remarks about the pixels, which are passed over; only here are its warnings errors.
@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@settings(max_examples=600)
@given(st.data())
def test_damaged_bytes_are_refused_or_still_a_picture(data: st.DataObject) -> None:
    body = bytearray(data.draw(st.sampled_from(FILES)))
    for _ in range(data.draw(st.integers(1, 8))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(body)))

    for damaged in (bytes(body), bytes(body[:cut]), bytes(body[:cut]) + bytes(body)):
        try:
            found = decode(damaged, ENOUGH)
        except PictureRefused:
            continue
        assert found.content_type in FORMATS.values()
        assert 0 < found.width * found.height <= ENOUGH.pixels
        assert 1 <= found.orientation <= 8


@given(st.binary(max_size=500))
def test_any_bytes_are_refused(body: bytes) -> None:
    with pytest.raises(InvalidPicture):
        decode(body, ENOUGH)


def test_the_limit_on_pixels_is_exact() -> None:
    assert decode(picture(), ENOUGH) == Picture("image/png", 64, 48, 1)
    with pytest.raises(PictureTooLarge, match="64 x 48 pixels; the maximum is 3,071"):
        decode(picture(), structs.replace(ENOUGH, pixels=ENOUGH.pixels - 1))


def test_a_page_behind_a_picture_does_not_make_it_another_type() -> None:
    assert decode(picture("GIF") + b"<script>alert(1)</script>", ENOUGH).content_type == "image/gif"
    with pytest.raises(InvalidPicture):
        decode(b"<script>alert(1)</script>" + picture("GIF"), ENOUGH)


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_is_none(orientation: int) -> None:
    assert decode(turned(orientation), ENOUGH) == Picture("image/jpeg", 64, 48, 1)
