"""Routes of the links on the service's own host, which authenticate themselves."""

from http import HTTPStatus
from typing import Annotated, Any

from litestar import Controller, Response, get, put
from litestar.params import FromPath, QueryParameter

from api.http.answers import file_stream
from api.http.answers.file_stream import SentFile
from api.http.bodies import body_stream
from api.http.dependencies import AnyRequest, Injected
from api.web import problems
from shared.accounts import file_links
from shared.kit.platform import Platform

# It is left out of logs, as every query is.
Token = Annotated[str, QueryParameter(description="What the link permits, signed.")]


class FileController(Controller):
    """Files by links, in both directions."""

    path = "/files"
    include_in_schema = False
    # People open these links, too.
    exception_handlers = problems.FOR_ALL

    @get("/{name:str}")
    async def read(
        self, request: AnyRequest, platform: Injected[Platform], name: FromPath[str], token: Token = ""
    ) -> Response[Any]:
        """Send the file of a link, or the range of it that the request names."""
        key, stat, disposition = await file_links.find(platform, name, token)
        file = SentFile(key, stat.size_bytes, stat.content_type, stat.etag, disposition)
        return await file_stream.send(request, platform.storage, file)

    @put("/{name:str}", status_code=HTTPStatus.OK)
    async def store(
        self, request: AnyRequest, platform: Injected[Platform], name: FromPath[str], token: Token = ""
    ) -> Response[bytes]:
        """Pass the body on to the storage, and answer with its ETag."""
        body = body_stream.incoming(request)
        grant, size_bytes = await file_links.find_upload(platform, name, token, body.length)
        body.accept_stream(size_bytes)
        etag = await platform.storage.upload_proxy.send(grant, size_bytes, body.pieces())
        # Nothing, as the storage answers: a script that prints its answers prints no more.
        return Response(b"", headers={"ETag": etag})
