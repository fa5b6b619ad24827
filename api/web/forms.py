"""Forms as browsers send them."""

from typing import Any, NamedTuple

from litestar import Request
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType

from api.http.bodies.json_bodies import by_size
from api.web import urlencoded
from shared.kit.errors import Fault, InvalidInput
from shared.kit.names import is_visible


class Form(NamedTuple):
    """Texts by the names of their fields, the first of a name that is repeated and all of them, and the files."""

    texts: dict[str, str]
    lists: dict[str, list[str]]
    uploads: list[UploadFile]

    @property
    def file(self) -> UploadFile | None:
        """The first file, or None."""
        return self.uploads[0] if self.uploads else None

    def text(self, name: str, *, limit: int = 200) -> str | None:
        """Return a short text, or None where it has no visible character; raises InvalidInput where it is too long."""
        value = self.texts.get(name, "").strip()
        if len(value) > limit:
            raise InvalidInput(Fault(f"/{name}", f"{name}: use at most {limit:,} characters."))
        return value if is_visible(value) else None

    def words(self, name: str, *, limit: int = 50, at_most: int = 20) -> list[str]:
        """Return the texts between commas, each once."""
        words = list(dict.fromkeys(word.strip() for word in self.texts.get(name, "").split(",") if is_visible(word)))
        if len(words) > at_most or any(len(word) > limit for word in words):
            raise InvalidInput(Fault(f"/{name}", f"{name}: use at most {at_most}, of at most {limit} characters each."))
        return words


async def pairs(request: Request[Any, Any, Any]) -> list[tuple[str, Any]]:
    """Return the names and values (texts or files) of the request's form, which is read once; raises InvalidInput."""
    if "form_pairs" not in request.state:
        request.state.form_pairs = await _read(request)
    known: list[tuple[str, Any]] = request.state.form_pairs
    return known


async def _read(request: Request[Any, Any, Any]) -> list[tuple[str, Any]]:
    if request.content_type[0] != RequestEncodingType.URL_ENCODED:
        # Multipart comes in chunks, with the loop in between.
        return list((await request.form()).multi_items())
    body = await request.body()
    return await by_size(len(body), urlencoded.pairs, body)


async def provide_form(request: Request[Any, Any, Any]) -> Form:
    """Read the form of the request; raises InvalidInput for a NUL character, which Postgres cannot store."""
    texts: dict[str, str] = {}
    lists: dict[str, list[str]] = {}
    uploads: list[UploadFile] = []
    for name, value in await pairs(request):
        if isinstance(value, UploadFile):
            if value.filename:
                uploads.append(value)
            continue
        text = str(value)
        if "\0" in text:
            raise InvalidInput(Fault(f"/{name}", f"{name}: must not contain the NUL character."))
        texts.setdefault(name, text)
        lists.setdefault(name, []).append(text)
    return Form(texts, lists, uploads)
