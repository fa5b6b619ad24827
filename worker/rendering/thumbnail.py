"""The small copy of an image: upright, without the camera's metadata, and encoded again from its pixels."""

from io import BytesIO

from PIL import Image, ImageOps

# Sharp on a screen with two pixels to the point, in a gallery of squares of 160.
SIDE = 320

# The look of photographs at a tenth of their size.
QUALITY = 80

_DEEP = ("I;16", "I;16L", "I;16B", "I;16N", "I")


def draw_thumbnail(_: bytes, body: bytes) -> bytes:
    """Make a WebP of at most 320 x 320 pixels in the image's proportions; the image was decoded before.

    It runs in a child process, which passes an argument that is of no use here.
    """
    with Image.open(BytesIO(body)) as image:
        # Lets the JPEG decoder skip what a small copy does not need.
        image.draft(None, (SIDE, SIDE))
        image.load()
        small = _in_eight_bits(image)
        small.thumbnail((SIDE, SIDE))
        upright = ImageOps.exif_transpose(small)
    out = BytesIO()
    upright.save(out, "WEBP", quality=QUALITY, exif=b"", icc_profile=b"")
    return out.getvalue()


def _in_eight_bits(image: Image.Image) -> Image.Image:
    if image.mode in _DEEP:
        # The library would cut off what is brighter than 255 of 65,535.
        return image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode == "RGB":
        return image
    has_alpha = "A" in image.mode or "a" in image.mode or "transparency" in image.info
    return image.convert("RGBA" if has_alpha else "RGB")
