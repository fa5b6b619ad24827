"""What is sent and answered about projects and images."""

from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from shared.kit.errors import Fault, InvalidInput
from shared.kit.names import Name, is_visible
from shared.projects.records import CommentRecord, ImageEventRecord, ImageRecord, ProjectDescription, ProjectRecord

Shown = TypeVar("Shown", bound=msgspec.Struct)

# More than this is data, which belongs into a file of its own.
MAX_METADATA_BYTES = 16 * 1024
MAX_KEY_LENGTH = 100
MAX_COMMENT_LENGTH = 10_000

# No parser of any client gives up before.
MAX_DEPTH = 20

ProjectName = Annotated[Name, Meta(max_length=255)]
Text = Annotated[str, Meta(max_length=2000)]
Metadata = dict[str, Any]

ContentType = Literal["image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp"]


class ProjectIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A project to open."""

    name: ProjectName
    description: Text | None = None
    metadata: Metadata = {}

    def description_of(self) -> ProjectDescription:
        """The same for the record."""
        return ProjectDescription(self.name, self.description, checked(self.metadata))


class ProjectPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes to what is said of a project."""

    name: ProjectName | UnsetType = UNSET
    description: Text | UnsetType | None = UNSET
    metadata: Metadata | UnsetType = UNSET

    def applied_to(self, present: ProjectDescription) -> ProjectDescription:
        """The description with the changes."""
        changes = {name: value for name, value in msgspec.structs.asdict(self).items() if value is not UNSET}
        checked(changes.get("metadata", {}))
        return msgspec.structs.replace(present, **changes)


class ProjectOut(msgspec.Struct):
    """A project with the number of its images, without the deleted ones."""

    id: UUID
    name: str
    description: str | None
    metadata: dict[str, Any]
    image_count: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, project: ProjectRecord) -> "ProjectOut":
        """The project as its owner sees it."""
        return _fill(cls, project)


class ProjectPage(msgspec.Struct):
    """Some projects, newest first; `next` is the cursor of the page after."""

    items: list[ProjectOut]
    next: str | None


class MetadataIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing to say of an image."""

    key: str
    value: Any

    def added_to(self, present: Metadata) -> Metadata:
        """The metadata with this in it; raises InvalidInput."""
        _check_key(self.key, "/key")
        return checked({**present, self.key: self.value}, "/value")


class UploadIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An image that is going to be put into storage."""

    filename: Annotated[Name, Meta(max_length=1000)]
    content_type: ContentType
    size_bytes: Annotated[int, Meta(ge=1, le=2**40)]
    metadata: Metadata = {}


class UploadOut(msgspec.Struct):
    """Where to PUT the bytes, with which headers, and what to POST to when they are there."""

    id: UUID
    upload_url: str
    method: Literal["PUT"]
    headers: dict[str, str]
    expires_at: datetime
    finalize_url: str


class ImageOut(msgspec.Struct):
    """An image. Width and height are those that a viewer shows, turned as `orientation` (EXIF) asks for.

    `restorable_until` is there while the image is deleted. The thumbnail's status is queued, ready or failed.
    """

    id: UUID
    project_id: UUID
    filename: str
    content_type: str
    size_bytes: int
    sha256: str
    width: int
    height: int
    orientation: int
    metadata: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    deletion_reason: str | None
    restorable_until: datetime | None
    content_url: str
    thumbnail_url: str
    thumbnail_status: str

    @classmethod
    def of(cls, image: ImageRecord) -> "ImageOut":
        """The image as its owner sees it."""
        address = f"/api/images/{image.id}"
        return _fill(
            cls,
            image,
            restorable_until=image.purge_at,
            content_url=f"{address}/content",
            thumbnail_url=f"{address}/thumbnail",
        )


class ImagePage(msgspec.Struct):
    """Some images in the order that was asked for; `next` is the cursor of the page after, `total` counts all pages."""

    items: list[ImageOut]
    total: int
    next: str | None


class CommentIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A remark about an image."""

    text: Annotated[Name, Meta(max_length=MAX_COMMENT_LENGTH)]


class CommentOut(msgspec.Struct):
    """A remark about an image; plain text, to be shown as such."""

    id: UUID
    image_id: UUID
    text: str
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, comment: CommentRecord) -> "CommentOut":
        """The comment as its author sees it."""
        return _fill(cls, comment)


class CommentPage(msgspec.Struct):
    """Some comments, the oldest first; `next` is the cursor of the page after."""

    items: list[CommentOut]
    next: str | None


class DownloadOut(msgspec.Struct):
    """A link that saves the image under its name and needs no key, until it expires."""

    url: str
    method: Literal["GET"]
    expires_at: datetime


class ImageEventOut(msgspec.Struct):
    """What became of an image: soft_delete, restore, force_delete or purge."""

    id: UUID
    image_id: UUID
    type: str
    filename: str
    reason: str | None
    created_at: datetime

    @classmethod
    def of(cls, event: ImageEventRecord) -> "ImageEventOut":
        """The event as the owner of the project sees it."""
        return _fill(cls, event)


class ImageEventPage(msgspec.Struct):
    """Some events, newest first; `next` is the cursor of the page after."""

    items: list[ImageEventOut]
    next: str | None


def checked(metadata: dict[str, Any], pointer: str = "/metadata") -> dict[str, Any]:
    """The metadata; raises InvalidInput for a key that is none, or when there is too much of it."""
    for key in metadata:
        _check_key(key, pointer)
    if _is_deeper(metadata, MAX_DEPTH):
        raise InvalidInput(Fault(pointer, f"metadata: lists and objects are nested at most {MAX_DEPTH} deep."))
    if len(msgspec.json.encode(metadata)) > MAX_METADATA_BYTES:
        raise InvalidInput(Fault(pointer, f"metadata: at most {MAX_METADATA_BYTES:,} bytes of JSON are kept."))
    return metadata


def _check_key(key: str, pointer: str) -> None:
    # A key is a step of an address, where a slash would make two of it, and dots none.
    if not is_visible(key) or len(key) > MAX_KEY_LENGTH or "/" in key or key in {".", ".."}:
        shape = f"1 to {MAX_KEY_LENGTH} characters that can be seen, no slash among them"
        detail = f"metadata: a key has {shape}, and is not `.` or `..`."
        raise InvalidInput(Fault(pointer, detail))


def _is_deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(one, levels - 1) for one in inner)


def _fill(kind: type[Shown], record: msgspec.Struct, **more: Any) -> Shown:
    shown = {name: getattr(record, name) for name in kind.__struct_fields__ if name not in more}
    return kind(**shown, **more)
