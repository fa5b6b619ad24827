"""The multipart form of an image."""

from typing import Annotated

import msgspec
from msgspec import Meta

from api.http.bodies.decoding import decode
from api.http.bodies.multipart import MultipartForm
from api.projects.metadata import Metadata, check
from shared.kit.errors import Fault, InvalidInput
from shared.kit.settings import Settings
from shared.projects.errors import ImageTooLarge
from shared.projects.records import NewImage


class ImageForm(msgspec.Struct):
    """An image as multipart/form-data; `metadata` is a JSON object as text."""

    file: Annotated[
        str, Meta(extra_json_schema={"format": "binary"}, description="The image: JPEG, PNG, WebP, GIF or BMP.")
    ]
    metadata: Annotated[str, Meta(description="A JSON object as text; at most 16 KiB, nested up to 20 levels.")] = "{}"


def read_image(form: MultipartForm, settings: Settings) -> NewImage:
    """Return the image of a form; raises InvalidInput, ImageTooLarge."""
    if "file" not in form.files:
        raise InvalidInput(Fault("/file", "file: this part is required and needs a file name."))
    part = form.files["file"]
    if part.body is None:
        raise ImageTooLarge(
            f"The image is larger than {settings.max_image_bytes:,} bytes; create an upload at the "
            "project's /uploads, which accepts larger images."
        )
    metadata = decode(form.fields.get("metadata", "{}").encode(), Metadata, "/metadata")
    return NewImage(part.filename, part.body, check(metadata))
