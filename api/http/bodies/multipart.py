"""Reading multipart/form-data: a file and a few short texts, parsed chunk by chunk, within limits."""

import re
from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import unquote_to_bytes

from litestar import Request
from multipart import MultipartError, MultipartSegment, PushMultipartParser

from api.http.bodies import json_bodies
from api.http.bodies.json_bodies import Members
from api.http.headers import first
from shared.kit.errors import Fault, InvalidInput

# A browser's form sends a few names and short texts beside a file.
MAX_PARTS = 10
MAX_FIELD_BYTES = 64 * 1024

T = TypeVar("T")
J = TypeVar("J")

_EXTENDED = re.compile(r";\s*filename\*=(?P<charset>utf-8|iso-8859-1)'[^';]*'(?P<name>[^;\s]*)", re.IGNORECASE)


class FilePart(NamedTuple):
    """A file of a form; `body` is None if the file was larger than allowed."""

    filename: str
    body: bytes | None


class MultipartForm(NamedTuple):
    """The parts of a form by their names; of a name that is repeated, the last."""

    files: dict[str, FilePart]
    fields: dict[str, str]


def is_form(request: Request[Any, Any, Any]) -> bool:
    """Return True if the content type of the request is multipart/form-data."""
    content_type = first(request.scope, b"content-type") or b""
    return content_type.partition(b";")[0].strip().lower() == b"multipart/form-data"


def boundary(request: Request[Any, Any, Any]) -> str:
    """Return the boundary of the request's form; empty if it names none."""
    return request.content_type[1].get("boundary", "")


class FormBody(Generic[T]):
    """As a handler's parameter: a form that is still to be read; T is a Struct whose fields are the form's parts."""

    def __init__(self, request: Request[Any, Any, Any]) -> None:
        self._request = request

    async def read(self, *, max_file_bytes: int) -> MultipartForm:
        """Read the form; files of more than `max_file_bytes` come without their bytes. Raises InvalidInput."""
        if not is_form(self._request):
            raise InvalidInput(Fault("", "body: send multipart/form-data with the image in the part `file`."))
        reader = _Reader(boundary(self._request), max_file_bytes)
        # To its end even if a file is too large: a client that is still sending does not read the answer.
        async for chunk in self._request.stream():
            reader.feed(chunk)
        return reader.end()


class FormOrMembers(Generic[T, J]):
    """As a handler's parameter: a form that is still to be read, or JSON; T has the form's parts, J the members."""

    def __init__(self, request: Request[Any, Any, Any], kind: type) -> None:
        self._request = request
        self._kind = kind

    async def read(self, *, max_file_bytes: int) -> MultipartForm | Members[Any]:
        """Read the form, or the members of JSON, undecoded; raises InvalidInput."""
        if is_form(self._request):
            return await FormBody[Any](self._request).read(max_file_bytes=max_file_bytes)
        return await json_bodies.fields(self._request, self._kind)


def read_key(content: bytes, delimiter: str, *, is_whole: bool) -> str | None:
    """Return the caller's key in a form or in the beginning of one, or None; raises InvalidInput."""
    reader = _Reader(delimiter, max_file_bytes=0)
    reader.feed(content)
    form = reader.end() if is_whole else reader.form
    return form.fields.get("api_key")


class _Reader:
    """Assembles a form from chunks of any size."""

    def __init__(self, delimiter: str, max_file_bytes: int) -> None:
        self.form = MultipartForm({}, {})
        self._max_file_bytes = max_file_bytes
        try:
            self._parser = PushMultipartParser(delimiter, max_segment_count=MAX_PARTS)
        except MultipartError as error:
            raise _broken(error) from error

    def feed(self, chunk: bytes) -> None:
        if chunk and not self._parser.closed:
            try:
                for event in self._parser.parse(chunk):
                    self._take(event)
            except (MultipartError, UnicodeError) as error:
                raise _broken(error) from error

    def end(self) -> MultipartForm:
        try:
            self._parser.close()
        except MultipartError as error:
            raise _broken(error) from error
        return self.form

    def _take(self, event: MultipartSegment | bytes | bytearray | None) -> None:
        if isinstance(event, MultipartSegment):
            self._segment = event
            self._filename = _filename(event)
            self._body = bytearray()
            self._size = 0
        elif event is not None:
            self._size += len(event)
            if self._size <= self._limit:
                self._body += event
        elif self._filename is None:
            self.form.fields[self._segment.name] = self._text()
        else:
            body = bytes(self._body) if self._size <= self._limit else None
            self.form.files[self._segment.name] = FilePart(self._filename, body)

    @property
    def _limit(self) -> int:
        return MAX_FIELD_BYTES if self._filename is None else self._max_file_bytes

    def _text(self) -> str:
        name = self._segment.name
        if self._size > self._limit:
            raise InvalidInput(Fault(f"/{name}", f"{name}: send at most {MAX_FIELD_BYTES:,} bytes."))
        return self._body.decode()


def _filename(segment: MultipartSegment) -> str | None:
    filename: str | None = segment.filename
    if filename is not None:
        return filename
    # RFC 7578 forbids this form (RFC 5987), and some clients send no other for names beyond ASCII.
    extended = _EXTENDED.search(segment.header("Content-Disposition", ""))
    return None if extended is None else unquote_to_bytes(extended["name"]).decode(extended["charset"])


def _broken(error: Exception) -> InvalidInput:
    if isinstance(error.__context__ or error, UnicodeError):
        return InvalidInput(Fault("", "The form contains text that is not UTF-8; this includes file names."))
    return InvalidInput(Fault("", f"The body is not a complete multipart/form-data form: {error}."))
