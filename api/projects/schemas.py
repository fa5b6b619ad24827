"""Request and response bodies of projects and images."""

from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from api.projects.metadata import Metadata, check, check_key
from shared.kit.names import Name
from shared.projects.records import CommentRecord, ImageEventRecord, ImageRecord, ProjectDescription, ProjectRecord

Out = TypeVar("Out", bound=msgspec.Struct)

MAX_COMMENT_LENGTH = 10_000

ProjectName = Annotated[Name, Meta(max_length=255)]
Text = Annotated[str, Meta(max_length=2000)]

ContentType = Literal["image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp"]


class ProjectIn(msgspec.Struct, frozen=True, kw_only=True):
    """A project to create."""

    name: Annotated[
        ProjectName, Meta(description="Name of the project; 1 to 255 characters, at least one of them visible.")
    ]
    description: Annotated[Text | None, Meta(description="Description, up to 2,000 characters; null for none.")] = None
    metadata: Annotated[
        Metadata,
        Meta(description="Any JSON object; at most 16 KiB, nested up to 20 levels, keys of 1 to 100 characters."),
    ] = {}

    def description_of(self) -> ProjectDescription:
        """Return the description for the record; raises InvalidInput."""
        return ProjectDescription(self.name, self.description, check(self.metadata))


class ProjectPatch(msgspec.Struct, frozen=True, kw_only=True):
    """Changes to a project; fields that are not sent stay as they are."""

    name: Annotated[ProjectName | UnsetType, Meta(description="Name of the project; 1 to 255 characters.")] = UNSET
    description: Annotated[
        Text | UnsetType | None, Meta(description="Description, up to 2,000 characters; null clears it.")
    ] = UNSET
    metadata: Annotated[
        Metadata | UnsetType,
        Meta(description="JSON object that replaces the metadata; at most 16 KiB, nested up to 20 levels."),
    ] = UNSET

    def applied_to(self, description: ProjectDescription) -> ProjectDescription:
        """Return the description with the changes; raises InvalidInput."""
        changes = {name: value for name, value in msgspec.structs.asdict(self).items() if value is not UNSET}
        check(changes.get("metadata", {}))
        return msgspec.structs.replace(description, **changes)


class ProjectOut(msgspec.Struct):
    """A project."""

    id: Annotated[UUID, Meta(description="Id of the project.")]
    name: Annotated[str, Meta(description="Name of the project.")]
    description: Annotated[str | None, Meta(description="Description of the project; null if it has none.")]
    metadata: Annotated[dict[str, Any], Meta(description="Metadata of the project.")]
    image_count: Annotated[int, Meta(description="Number of images, without deleted ones.")]
    created_at: Annotated[datetime, Meta(description="When the project was created, in UTC.")]
    updated_at: Annotated[datetime, Meta(description="When the project last changed, in UTC.")]

    @classmethod
    def of(cls, project: ProjectRecord) -> "ProjectOut":
        """Return the response for a project."""
        return _fill(cls, project)


class ProjectPage(msgspec.Struct):
    """A page of projects, newest first."""

    items: Annotated[list[ProjectOut], Meta(description="The projects of this page.")]
    next: Annotated[str | None, Meta(description="Cursor of the next page; null on the last one.")]


class MetadataIn(msgspec.Struct, frozen=True, kw_only=True):
    """A metadata key and its value."""

    key: Annotated[str, Meta(description="Key: 1 to 100 visible characters without a slash.")]
    value: Annotated[Any, Meta(description="Any JSON value; all metadata of an image together take at most 16 KiB.")]

    def added_to(self, metadata: Metadata) -> Metadata:
        """Return the metadata with this key; raises InvalidInput."""
        check_key(self.key, "/key")
        return check({**metadata, self.key: self.value}, "/value")


class ImageUploadIn(msgspec.Struct, frozen=True, kw_only=True):
    """A large image to upload."""

    filename: Annotated[
        Name, Meta(max_length=1000, description="File name; 1 to 1,000 characters, at least one of them visible.")
    ]
    content_type: Annotated[ContentType, Meta(description="Media type of the image.")]
    size_bytes: Annotated[int, Meta(ge=1, le=2**40, description="Size in bytes; only a file of this size is accepted.")]
    metadata: Annotated[Metadata, Meta(description="Any JSON object; at most 16 KiB, nested up to 20 levels.")] = {}


class ImageUploadOut(msgspec.Struct):
    """An upload link."""

    id: Annotated[UUID, Meta(description="Id of the upload.")]
    upload_url: Annotated[str, Meta(description="Link that takes the bytes and needs no key.")]
    method: Annotated[Literal["PUT"], Meta(description="Method of the upload.")]
    headers: Annotated[dict[str, str], Meta(description="Headers that the upload has to carry.")]
    expires_at: Annotated[datetime, Meta(description="When the link stops working, in UTC.")]
    finalize_url: Annotated[str, Meta(description="Path to POST to once the bytes are uploaded.")]


class ImageOut(msgspec.Struct):
    """An image."""

    id: Annotated[UUID, Meta(description="Id of the image.")]
    project_id: Annotated[UUID, Meta(description="Id of the project that the image belongs to.")]
    filename: Annotated[str, Meta(description="File name of the image.")]
    content_type: Annotated[str, Meta(description="Media type of the image, such as image/png.")]
    size_bytes: Annotated[int, Meta(description="Size in bytes.")]
    sha256: Annotated[str, Meta(description="SHA-256 of the bytes, in hexadecimal.")]
    width: Annotated[int, Meta(description="Width as displayed, in pixels.")]
    height: Annotated[int, Meta(description="Height as displayed, in pixels.")]
    orientation: Annotated[
        int, Meta(description="EXIF orientation, 1 to 8, which width and height already account for.")
    ]
    metadata: Annotated[dict[str, Any], Meta(description="Metadata of the image.")]
    created_at: Annotated[datetime, Meta(description="When the image was created, in UTC.")]
    updated_at: Annotated[datetime, Meta(description="When the image last changed, in UTC.")]
    deleted_at: Annotated[datetime | None, Meta(description="When the image was deleted, in UTC; null if it is not.")]
    deletion_reason: Annotated[str | None, Meta(description="Why the image was deleted; null if it is not.")]
    restorable_until: Annotated[
        datetime | None,
        Meta(description="Until when the deleted image can be restored, in UTC; null if it is not deleted."),
    ]
    content_url: Annotated[str, Meta(description="Path of the image's bytes.")]
    thumbnail_url: Annotated[str, Meta(description="Path of the thumbnail.")]
    thumbnail_status: Annotated[str, Meta(description="`queued`, `ready` or `failed`.")]

    @classmethod
    def of(cls, image: ImageRecord) -> "ImageOut":
        """Return the response for an image."""
        address = f"/api/images/{image.id}"
        return _fill(
            cls,
            image,
            restorable_until=image.purge_at,
            content_url=f"{address}/content",
            thumbnail_url=f"{address}/thumbnail",
        )


class ImagePage(msgspec.Struct):
    """A page of images."""

    items: Annotated[list[ImageOut], Meta(description="The images of this page, in the requested order.")]
    total: Annotated[int, Meta(description="Number of images on all pages.")]
    next: Annotated[str | None, Meta(description="Cursor of the next page; null on the last one.")]


class CommentIn(msgspec.Struct, frozen=True, kw_only=True):
    """The text of a comment."""

    text: Annotated[
        Name,
        Meta(
            max_length=MAX_COMMENT_LENGTH,
            description="Plain text; 1 to 10,000 characters, at least one of them visible.",
        ),
    ]


class CommentOut(msgspec.Struct):
    """A comment on an image."""

    id: Annotated[UUID, Meta(description="Id of the comment.")]
    image_id: Annotated[UUID, Meta(description="Id of the image.")]
    text: Annotated[str, Meta(description="Plain text of the comment.")]
    created_at: Annotated[datetime, Meta(description="When the comment was created, in UTC.")]
    updated_at: Annotated[datetime, Meta(description="When the comment was last edited, in UTC.")]

    @classmethod
    def of(cls, comment: CommentRecord) -> "CommentOut":
        """Return the response for a comment."""
        return _fill(cls, comment)


class CommentPage(msgspec.Struct):
    """A page of comments, oldest first."""

    items: Annotated[list[CommentOut], Meta(description="The comments of this page.")]
    next: Annotated[str | None, Meta(description="Cursor of the next page; null on the last one.")]


class DownloadOut(msgspec.Struct):
    """A link that saves the image under its file name."""

    url: Annotated[str, Meta(description="Link to the image, which needs no key.")]
    method: Annotated[Literal["GET"], Meta(description="Method of the download.")]
    expires_at: Annotated[datetime, Meta(description="When the link stops working, in UTC.")]


class ImageEventOut(msgspec.Struct):
    """A deletion, restoration or purge of an image."""

    id: Annotated[UUID, Meta(description="Id of the event.")]
    image_id: Annotated[UUID, Meta(description="Id of the image.")]
    type: Annotated[str, Meta(description="`soft_delete`, `restore`, `force_delete` or `purge`.")]
    filename: Annotated[str, Meta(description="File name of the image.")]
    reason: Annotated[str | None, Meta(description="Reason that was given; null if none was.")]
    created_at: Annotated[datetime, Meta(description="When it happened, in UTC.")]

    @classmethod
    def of(cls, event: ImageEventRecord) -> "ImageEventOut":
        """Return the response for an event."""
        return _fill(cls, event)


class ImageEventPage(msgspec.Struct):
    """A page of deletion events, newest first."""

    items: Annotated[list[ImageEventOut], Meta(description="The events of this page.")]
    next: Annotated[str | None, Meta(description="Cursor of the next page; null on the last one.")]


def _fill(schema: type[Out], record: msgspec.Struct, **extra: Any) -> Out:
    fields = {name: getattr(record, name) for name in schema.__struct_fields__ if name not in extra}
    return schema(**fields, **extra)
