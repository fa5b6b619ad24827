"""Routes of uploads."""

from http import HTTPStatus
from typing import Annotated

from litestar import Controller, Response, delete, get
from litestar.params import FromPath, QueryParameter

from api.http import paging
from api.http.answers.json_response import Json
from api.http.answers.responses import Answer
from api.http.bodies.json_bodies import Body
from api.http.bodies.limits import TABLE
from api.http.dependencies import Injected
from api.http.paging import Cursor, Limit
from api.http.routes import post
from api.uploads.schemas import (
    CompletionIn,
    NewUpload,
    PartLinkOut,
    PartLinks,
    PartsIn,
    UploadIn,
    UploadOut,
    UploadPage,
    UploadProgress,
)
from shared import uploads
from shared.accounts import Caller
from shared.kit.platform import Platform
from shared.uploads import UploadStatus


class UploadController(Controller):
    """Files of any size, sent to storage in parts."""

    path = "/v1/uploads"
    tags = ["uploads"]

    @post(operation_id="uploads.create", opt=TABLE)
    async def create(
        self, platform: Injected[Platform], caller: Injected[Caller], file: Body[UploadIn]
    ) -> Response[NewUpload | Annotated[NewUpload, Answer(HTTPStatus.OK)]]:
        """Create an upload.

        Returns links for the parts whose SHA-256 is known. PUT each part to its `url` with the given `headers`, then
        POST to `complete_url`. Answers 200 with an upload that is completed if the account has this file already.
        """
        upload, links = await uploads.announce(platform, caller, file.announcement())
        status = HTTPStatus.OK if upload.status is UploadStatus.COMPLETED else HTTPStatus.CREATED
        return Json(NewUpload.with_links(upload, links), status_code=status)

    @get(operation_id="uploads.list")
    async def list_own(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        cursor: Cursor = None,
        status: Annotated[UploadStatus | None, QueryParameter(description="Only uploads with this status.")] = None,
        limit: Limit = 50,
    ) -> UploadPage:
        """List uploads.

        Returns the account's uploads, newest first.
        """
        records = await uploads.list_own(platform, caller, before=cursor, status=status, limit=limit + 1)
        page = paging.cut(records, limit, lambda upload: str(upload.id))
        return UploadPage([UploadOut.of(upload) for upload in page.rows], page.next)

    @get("/{upload_id:str}", operation_id="uploads.get")
    async def read(
        self, platform: Injected[Platform], caller: Injected[Caller], upload_id: FromPath[str]
    ) -> UploadProgress:
        """Get an upload.

        Returns the upload with the parts that have arrived, so that an interrupted client can send the others.
        """
        upload = await uploads.get(platform, caller, upload_id)
        return UploadProgress.with_parts(upload, await uploads.received(platform, upload))

    @post("/{upload_id:str}/parts", operation_id="uploads.create_links", status_code=200)
    async def links(
        self, platform: Injected[Platform], caller: Injected[Caller], upload_id: FromPath[str], parts: Body[PartsIn]
    ) -> PartLinks:
        """Create links for parts of an upload.

        Each link takes one part with the SHA-256 that is sent here, or was sent before.
        """
        links = await uploads.links(platform, caller, upload_id, numbers=parts.numbers, checksums=parts.checksums())
        return PartLinks([PartLinkOut.of(link) for link in links])

    @post("/{upload_id:str}/complete", operation_id="uploads.complete", status_code=200, opt=TABLE)
    async def complete(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        upload_id: FromPath[str],
        completion: Body[CompletionIn],
    ) -> UploadOut:
        """Complete an upload.

        Makes one file of the parts. Repeating the request returns the same upload.
        """
        upload = await uploads.complete(
            platform, caller, upload_id, etags=completion.etags(), sha256=completion.file_sha256()
        )
        return UploadOut.of(upload)

    @delete("/{upload_id:str}", operation_id="uploads.delete")
    async def remove(self, platform: Injected[Platform], caller: Injected[Caller], upload_id: FromPath[str]) -> None:
        """Delete an upload.

        Deletes the parts that have arrived, or the file. What was made from the file stays.
        """
        await uploads.delete(platform, caller, upload_id)
