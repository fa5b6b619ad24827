"""The grey canvas of an image of which only the size is known."""

# Light enough for every colour of an outline on it.
_GREY = "#d4d4d4"

CONTENT_TYPE = "image/svg+xml"


def canvas(width: int, height: int) -> bytes:
    """Draw a canvas of so many pixels as SVG, which has the same few bytes at every size."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        f'<rect width="100%" height="100%" fill="{_GREY}"/></svg>'
    ).encode()
