"""Reading JSON bodies: strictly, and with the place of every fault."""

import asyncio
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable
from functools import cache
from http import HTTPStatus
from typing import Annotated, Any, Generic, ParamSpec, TypeAlias, TypeVar

import msgspec
from litestar import Request
from msgspec import UNSET, Raw, UnsetType

from api.http.decode_errors import invalid
from shared.kit.errors import DomainError, Fault, InvalidInput

T = TypeVar("T")
P = ParamSpec("P")

Fields = dict[str, Raw]

BODY = "body"

# As a handler's parameter: the body of the request, decoded. See `api.http.routes`.
Body: TypeAlias = Annotated[T, BODY]


class Members(Fields, Generic[T]):
    """As a handler's parameter: the members of the body that a Struct, or a union of some, has; each undecoded."""


class BodyEncoded(DomainError):
    """Request bodies with a Content-Encoding are not supported; send the body uncompressed."""

    status, code = HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "body-encoded"


# Work on fewer bytes takes less time than handing it to a thread.
INLINE_BYTES = 16 * 1024

_NUL = rb"\u0000"


async def by_size(size: int, work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """What the work makes of so many bytes: done here if they are few, otherwise in a thread."""
    if size <= INLINE_BYTES:
        return work(*arguments, **named)
    return await asyncio.to_thread(work, *arguments, **named)


def size(members: Fields) -> int:
    """How many bytes the members of a body are together."""
    return sum(map(len, members.values()))


async def fields(request: Request[Any, Any, Any], *kinds: type) -> Members[Any]:
    """The members of the body that the Structs ask for, and the caller's key, each still undecoded.

    Raises InvalidInput for any other member if one of the Structs forbids unknown fields, and for a member that one of
    them refuses by name.
    """
    body = await request.body()
    try:
        return await by_size(len(body), split, body, *kinds)
    except InvalidInput as error:
        if "content-encoding" in request.headers:
            raise BodyEncoded from error
        raise


def split(body: bytes, *kinds: type) -> Members[Any]:
    """The same of a body that was received; members that nobody asks for take no memory."""
    try:
        # Some editors put a mark in front of a file that JSON itself has no place for.
        members = _splitter(*kinds).decode(body.removeprefix(BOM_UTF8))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise invalid(error) from error
    sent = {name: raw for name, raw in msgspec.structs.asdict(members).items() if raw is not UNSET}
    faults = [Fault(f"/{name}", f"{name}: {reason}.") for name, reason in _refused(kinds).items() if name in sent]
    if faults:
        raise InvalidInput(*faults)
    return Members(sent)


def decode(raw: Raw | bytes, kind: type[T], pointer: str = "") -> T:
    """A part of a body as a value; raises InvalidInput with the place at fault."""
    if holds_nul(raw):
        raise InvalidInput(Fault(pointer, f"{pointer.strip('/') or 'body'}: must not contain the NUL character."))
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise invalid(error, pointer, kind) from error


def holds_nul(raw: Raw | bytes) -> bool:
    r"""Whether a text in the JSON holds the character that Postgres cannot; `\\u0000` is only text about it."""
    text = bytes(raw)
    # Each pair of backslashes is one in the text; a stand-in of the same length keeps its neighbours apart.
    return _NUL in text and _NUL in text.replace(rb"\\", b"..")


async def read(request: Request[Any, Any, Any], kind: type[T]) -> T:
    """The body as a Struct; the caller's key may lie beside anything."""
    members = await fields(request, kind)
    return await by_size(size(members), pick_known, members, kind)


def pick_known(members: Fields, kind: type[T]) -> T:
    """The members that a Struct asks for; others do not matter."""
    names = [field.encode_name for field in msgspec.structs.fields(kind)]  # type: ignore[arg-type] # kinds are Structs
    return decode(msgspec.json.encode({name: members[name] for name in names if name in members}), kind)


def pick(members: Fields, name: str, kind: type[T]) -> T:
    """One member of a body as a value; other members do not matter."""
    if name not in members:
        raise InvalidInput(Fault(f"/{name}", f"{name}: this field is required."))
    return decode(members[name], kind, f"/{name}")


def _refused(kinds: Iterable[type]) -> dict[str, str]:
    """Fields that a Struct names with the reason why it does not pass them over, as others that nobody asks for."""
    return {name: reason for kind in kinds for name, reason in getattr(kind, "refused", {}).items()}


@cache
def _splitter(*kinds: type[msgspec.Struct]) -> msgspec.json.Decoder[msgspec.Struct]:
    # A dict would hold whatever is sent: millions of members in one body.
    names = {"api_key"}
    for kind in kinds:
        names |= {field.encode_name for field in msgspec.structs.fields(kind)}
        names |= {kind.__struct_config__.tag_field or "api_key"}
    names |= {*_refused(kinds)}
    strict = any(kind.__struct_config__.forbid_unknown_fields for kind in kinds)
    asked = [(name, Raw | UnsetType, UNSET) for name in sorted(names)]
    return msgspec.json.Decoder(msgspec.defstruct("Members", asked, forbid_unknown_fields=strict))
