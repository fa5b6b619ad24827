"""Why a picture is refused."""


class PictureRefused(Exception):
    """A picture that is not taken."""

    def __init__(self, detail: str = "") -> None:
        self.detail = detail
        super().__init__(detail)


class InvalidPicture(PictureRefused):
    """The bytes are not one complete picture of an accepted format."""


class PictureTooLarge(PictureRefused):
    """The picture has more pixels than are accepted, or a longer side."""


class PictureTooCostly(PictureRefused):
    """The picture is built so that decoding it takes much more time than its pixels need."""
