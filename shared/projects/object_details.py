"""The owner and name of an image, stored beside its bytes: what is needed to make its row again if that is lost."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote, unquote

from shared.kit.ids import parse_uuid
from shared.projects.records import Owner

# A character takes up to 12 bytes, and storage accepts 2 KB.
MAX_NAME_LENGTH = 120


class ImageObject(NamedTuple):
    """The owner of an image, its file name and the SHA-256 of its bytes, as its object tells them."""

    owner: Owner
    filename: str
    sha256: str


def of_image(owner: Owner, filename: str) -> dict[str, str]:
    """Return the details that are stored with an image."""
    # The extension is at the end.
    name = filename if len(filename) <= MAX_NAME_LENGTH else f"{filename[: MAX_NAME_LENGTH - 20]}{filename[-20:]}"
    return {"account": str(owner.account_id), "project": str(owner.project_id), "filename": quote(name)}


def read(key: str, details: Mapping[str, str]) -> ImageObject | None:
    """Return what the key and the details of an object say; None if it is no image, or has no details."""
    prefix, image_id, sha256 = (*key.split("/"), "", "")[:3]
    owner_id, project_id = parse_uuid(image_id), parse_uuid(details.get("project", ""))
    account_id = details.get("account", "")
    if prefix != "images" or owner_id is None or project_id is None or not _is_number(account_id):
        return None
    filename = unquote(details.get("filename", ""))
    return ImageObject(Owner(owner_id, int(account_id), project_id), filename, sha256)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()
