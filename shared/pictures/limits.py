"""Limits on the work of decoding a picture, known from its headers."""

from msgspec import Struct

from shared.pictures.errors import PictureTooCostly, PictureTooLarge


class PictureLimits(Struct, frozen=True):
    """The largest side and number of pixels, the pixels of all scans together, and the parts of a file."""

    pixels: int
    side: int
    scan_pixels: int
    parts: int

    def check_size(self, width: int, height: int) -> None:
        """Raise PictureTooLarge for a picture of this size."""
        if max(width, height) > self.side:
            detail = f"The image has {width} x {height} pixels; the maximum of a side is {self.side:,}."
            raise PictureTooLarge(detail)
        if width * height > self.pixels:
            raise PictureTooLarge(f"The image has {width} x {height} pixels; the maximum is {self.pixels:,}.")

    def check_scans(self, scans: int, width: int, height: int) -> None:
        """Raise PictureTooCostly for so many passes over a picture of this size."""
        if scans * width * height > self.scan_pixels:
            raise PictureTooCostly(
                f"The image is a JPEG of {scans} scans or more over {width} x {height} pixels; the maximum of all "
                f"scans is {self.scan_pixels:,} pixels. Save it as a baseline JPEG."
            )

    def check_parts(self, parts: int) -> None:
        """Raise PictureTooCostly for a file of so many chunks or segments."""
        if parts > self.parts:
            detail = f"The file of the image has more than {self.parts:,} chunks; save it again with an image editor."
            raise PictureTooCostly(detail)
