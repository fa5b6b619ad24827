"""What people send in forms."""

from typing import Any, NamedTuple

from litestar import Request
from litestar.datastructures import UploadFile

from shared.kit.errors import Fault, InvalidInput


class Form(NamedTuple):
    """Texts by the names of their fields, and files that are not empty."""

    texts: dict[str, str]
    files: dict[str, UploadFile]
    lists: dict[str, list[str]]

    def text(self, name: str, *, limit: int = 200) -> str | None:
        """A short text, or None where nothing was written; raises InvalidInput where it is too long."""
        value = self.texts.get(name, "").strip()
        if len(value) > limit:
            raise InvalidInput(Fault(f"/{name}", f"{name}: use at most {limit} characters."))
        return value or None

    def words(self, name: str, *, limit: int = 50, at_most: int = 20) -> list[str]:
        """Texts between commas, each once."""
        found = list(dict.fromkeys(word.strip() for word in self.texts.get(name, "").split(",") if word.strip()))
        if len(found) > at_most or any(len(word) > limit for word in found):
            raise InvalidInput(Fault(f"/{name}", f"{name}: use at most {at_most}, of at most {limit} characters each."))
        return found


async def provide_form(request: Request[Any, Any, Any]) -> Form:
    """The form of the request; raises InvalidInput for the one character that nothing can hold."""
    texts: dict[str, str] = {}
    files: dict[str, UploadFile] = {}
    lists: dict[str, list[str]] = {}
    for name, value in (await request.form()).multi_items():
        if isinstance(value, UploadFile):
            if value.filename:
                files[name] = value
            continue
        text = str(value)
        if "\0" in text:
            raise InvalidInput(Fault(f"/{name}", f"{name}: text may not hold the NUL character."))
        texts.setdefault(name, text)
        lists.setdefault(name, []).append(text)
    return Form(texts, files, lists)
