import io

import pytest
from PIL import Image, ImageCms

from tests.pictures import encode, turned
from worker.rendering.thumbnail import SIDE, draw_thumbnail


def _shown(body: bytes) -> Image.Image:
    with Image.open(io.BytesIO(draw_thumbnail(b"", body)), formats=["WEBP"]) as image:
        image.load()
        return image


def _pixel(image: Image.Image, x: int, y: int) -> tuple[int, ...]:
    return tuple(image.convert("RGB").crop((x, y, x + 1, y + 1)).tobytes())


@pytest.mark.parametrize(
    ("size", "small"),
    [
        ((640, 480), (320, 240)),
        ((100, 50), (100, 50)),
        ((5000, 10), (320, 1)),
        ((10, 5000), (1, 320)),
        ((1, 1), (1, 1)),
    ],
)
def test_it_keeps_the_proportions_and_never_grows(size: tuple[int, int], small: tuple[int, int]) -> None:
    assert _shown(encode(Image.new("RGB", size), "PNG")).size == small


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("orientation", "red", "blue"),
    [(1, "left", "right"), (2, "right", "left"), (3, "right", "left"), (6, "top", "bottom"), (8, "bottom", "top")],
)
def test_it_stands_upright(form: str, orientation: int, red: str, blue: str) -> None:
    image = _shown(turned(orientation, form, (600, 400)))

    width, height = image.size
    sides = {
        "left": (5, height // 2),
        "right": (width - 5, height // 2),
        "top": (width // 2, 5),
        "bottom": (width // 2, height - 5),
    }
    assert image.size == ((SIDE, 213) if orientation < 5 else (213, SIDE))
    assert _pixel(image, *sides[red])[0] > 200
    assert _pixel(image, *sides[blue])[2] > 200


def test_the_shades_of_sixteen_bits_are_kept_apart() -> None:
    deep = Image.new("I;16", (100, 100), 30_000)

    assert _pixel(_shown(encode(deep, "PNG")), 50, 50) == pytest.approx((117, 117, 117), abs=3)


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "YCbCr", "LA", "RGBA"])
def test_every_mode_can_be_shown(mode: str) -> None:
    form = {"CMYK": "JPEG", "YCbCr": "JPEG"}.get(mode, "PNG")
    made = Image.new("RGB", (50, 50), "white").convert(mode)

    assert min(_pixel(_shown(encode(made, form)), 25, 25)) > 250


def test_what_is_transparent_stays_so() -> None:
    palette = Image.new("P", (50, 50), 0)
    for body in (encode(Image.new("RGBA", (50, 50)), "PNG"), encode(palette, "GIF", transparency=0)):
        assert _shown(body).convert("RGBA").getpixel((25, 25))[3] == 0  # type: ignore[index] # a pixel of four


def test_it_tells_nothing_of_the_camera() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera Company"
    exif[0x8825] = {1: "N", 2: (52.0, 31.0, 12.0)}
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = Image.new("RGB", (50, 50))

    for form in ("JPEG", "PNG", "WEBP"):
        body = encode(image, form, exif=exif, icc_profile=profile)
        made = draw_thumbnail(b"", body)
        assert b"Secret" in body
        assert not {b"EXIF", b"ICCP", b"XMP "} & {made[i : i + 4] for i in range(len(made))}
