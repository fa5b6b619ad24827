"""A single image: its bytes, metadata, deletion and restoration."""

from http import HTTPStatus
from typing import Annotated, Any

from litestar import Controller, Response, delete, get
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from api.http.answers.file_stream import HEADERS
from api.http.answers.json_response import Json
from api.http.answers.responses import Accepted, AnyImage, NotModified, WebP
from api.http.bodies.json_bodies import Body
from api.http.dependencies import Injected
from api.http.headers import IfNoneMatch, etag_matches
from api.http.routes import post, put
from api.jobs import results
from api.projects.schemas import DownloadOut, ImageOut, MetadataIn
from shared.accounts import Caller
from shared.kit.names import VISIBLE
from shared.kit.platform import Platform
from shared.projects import deletion, images

# The bytes of an image never change, but it can be deleted, so a cached copy has to be revalidated.
# Thumbnails are made within moments of the upload.
RETRY_AFTER_S = 1


class ImageController(Controller):
    """Images."""

    path = "/api/images/{image_id:str}"
    tags = ["images"]

    @get(operation_id="images.get")
    async def read(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        image_id: FromPath[str],
        include_deleted: Annotated[bool, QueryParameter(description="Also return a deleted image.")] = False,  # noqa: FBT002 -- a query parameter
    ) -> ImageOut:
        """Get an image.

        Returns all data of the image except its bytes.
        """
        return ImageOut.of(await images.find(platform, caller, image_id, include_deleted=include_deleted))

    @get("/content", operation_id="images.get_content")
    async def content(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        image_id: FromPath[str],
        if_none_match: IfNoneMatch = None,
    ) -> Response[AnyImage | NotModified]:
        """Get the bytes of an image.

        The bytes are exactly those that were uploaded; of an image that came with annotations alone, a grey canvas.
        """
        image = await images.find(platform, caller, image_id)
        headers = HEADERS | {"ETag": f'"{image.sha256}"'}
        if etag_matches(headers["ETag"], if_none_match):
            return Response(None, status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        headers |= {"Content-Length": str(image.size_bytes)}
        pieces = await images.content(platform, image)
        stream: Response[Any] = Stream(pieces, media_type=image.content_type, headers=headers)
        return stream

    @get("/thumbnail", operation_id="images.get_thumbnail")
    async def thumbnail(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        image_id: FromPath[str],
        if_none_match: IfNoneMatch = None,
    ) -> Response[WebP | Accepted[ImageOut] | NotModified]:
        """Get the thumbnail of an image.

        Answers 202 with the image while the thumbnail is being made; try again after `Retry-After`.
        """
        image = await images.find(platform, caller, image_id)
        file = await images.thumbnail(platform, image)
        if file is None:
            headers = {"Retry-After": str(RETRY_AFTER_S)}
            return Json(ImageOut.of(image), status_code=HTTPStatus.ACCEPTED, headers=headers)
        headers = HEADERS | {"ETag": f'"{file.sha256}"'}
        if etag_matches(headers["ETag"], if_none_match):
            return Response(None, status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        body = await platform.storage.read(file.object_key)
        return Response(body, media_type=file.content_type, headers=headers)

    @get("/download", operation_id="images.get_download_link")
    async def download(
        self, platform: Injected[Platform], caller: Injected[Caller], image_id: FromPath[str]
    ) -> DownloadOut:
        """Get a download link of an image.

        The link saves the image under its file name, needs no key, and expires. An image that came with annotations
        alone has none.
        """
        image = await images.find(platform, caller, image_id)
        link = images.download_link(platform, image, results.attachment(image.filename))
        return DownloadOut(link.url, "GET", link.expires_at)

    @put("/metadata", operation_id="images.set_metadata_key")
    async def set_metadata(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        image_id: FromPath[str],
        entry: Body[MetadataIn],
    ) -> ImageOut:
        """Set a metadata key of an image.

        Replaces the value of a key that is already there; other keys stay as they are.
        """
        return ImageOut.of(await images.change_metadata(platform, caller, image_id, entry.added_to))

    @delete("/metadata/{key:str}", operation_id="images.delete_metadata_key", status_code=200)
    async def delete_metadata(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        image_id: FromPath[str],
        key: FromPath[str],
    ) -> ImageOut:
        """Delete a metadata key of an image.

        Deleting a key that is not there succeeds.
        """
        return ImageOut.of(
            await images.change_metadata(
                platform,
                caller,
                image_id,
                lambda metadata: {name: value for name, value in metadata.items() if name != key},
            )
        )

    @delete(operation_id="images.delete", status_code=200)
    async def remove(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        image_id: FromPath[str],
        reason: Annotated[
            str,
            QueryParameter(
                min_length=10,
                max_length=500,
                pattern=VISIBLE,
                description="Why, 10 to 500 characters; kept as a record.",
            ),
        ],
        force: Annotated[bool, QueryParameter(description="Delete permanently, at once.")] = False,  # noqa: FBT002 -- a query parameter
    ) -> ImageOut:
        """Delete an image.

        The image can be restored until `restorable_until`, unless it is deleted with `force`.
        """
        verb = deletion.delete if force else deletion.hide
        return ImageOut.of(await verb(platform, caller, image_id, reason))

    @post("/restore", operation_id="images.restore", status_code=200)
    async def restore(
        self, platform: Injected[Platform], caller: Injected[Caller], image_id: FromPath[str]
    ) -> ImageOut:
        """Restore a deleted image.

        Restoring an image that is not deleted changes nothing.
        """
        return ImageOut.of(await deletion.restore(platform, caller, image_id))
