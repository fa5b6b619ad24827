"""Reading JSON bodies: strictly, and with the position of every fault."""

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


async def by_size(size: int, work: Callable[P, T], *arguments: P.args, **keywords: P.kwargs) -> T:
    """Call `work` and return its result: inline for at most INLINE_BYTES bytes, otherwise in a thread."""
    if size <= INLINE_BYTES:
        return work(*arguments, **keywords)
    return await asyncio.to_thread(work, *arguments, **keywords)


def size(members: Fields) -> int:
    """Return the size of the members of a body together, in bytes."""
    return sum(map(len, members.values()))


async def fields(request: Request[Any, Any, Any], *kinds: type) -> Members[Any]:
    """Return the members of the body that the Structs have, and the caller's key, undecoded.

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
    """Split a received body as `fields` does; members that no Struct has take no memory."""
    try:
        # Some editors write a byte order mark, which JSON does not allow.
        members = _splitter(*kinds).decode(body.removeprefix(BOM_UTF8))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise invalid(error) from error
    present = {name: raw for name, raw in msgspec.structs.asdict(members).items() if raw is not UNSET}
    faults = [Fault(f"/{name}", f"{name}: {reason}.") for name, reason in _refused(kinds).items() if name in present]
    if faults:
        raise InvalidInput(*faults)
    return Members(present)


def decode(raw: Raw | bytes, kind: type[T], pointer: str = "") -> T:
    """Decode a part of a body; raises InvalidInput with the position of the fault."""
    if holds_nul(raw):
        raise InvalidInput(Fault(pointer, f"{pointer.strip('/') or 'body'}: must not contain the NUL character."))
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise invalid(error, pointer, kind) from error


def holds_nul(raw: Raw | bytes) -> bool:
    r"""Return True if JSON holds the character NUL, which Postgres cannot store; `\\u0000` is text, not NUL."""
    text = bytes(raw)
    # A pair of backslashes is one in the text; a replacement of the same length keeps its neighbours apart.
    return _NUL in text and _NUL in text.replace(rb"\\", b"..")


async def read(request: Request[Any, Any, Any], kind: type[T]) -> T:
    """Read the body as a Struct; the caller's key may stand beside its fields."""
    members = await fields(request, kind)
    return await by_size(size(members), pick_known, members, kind)


def pick_known(members: Fields, kind: type[T]) -> T:
    """Decode the members that a Struct has; others are ignored."""
    names = [field.encode_name for field in msgspec.structs.fields(kind)]  # type: ignore[arg-type] # kinds are Structs
    return decode(msgspec.json.encode({name: members[name] for name in names if name in members}), kind)


def pick(members: Fields, name: str, kind: type[T]) -> T:
    """Decode one member of a body; other members are ignored."""
    if name not in members:
        raise InvalidInput(Fault(f"/{name}", f"{name}: this field is required."))
    return decode(members[name], kind, f"/{name}")


def _refused(kinds: Iterable[type]) -> dict[str, str]:
    """Return the fields that the Structs refuse by name, each with the reason, instead of ignoring them."""
    return {name: reason for kind in kinds for name, reason in getattr(kind, "refused", {}).items()}


@cache
def _splitter(*kinds: type[msgspec.Struct]) -> msgspec.json.Decoder[msgspec.Struct]:
    # A dict would hold every member that is sent, possibly millions in one body.
    names = {"api_key"}
    for kind in kinds:
        names |= {field.encode_name for field in msgspec.structs.fields(kind)}
        names |= {kind.__struct_config__.tag_field or "api_key"}
    names |= {*_refused(kinds)}
    strict = any(kind.__struct_config__.forbid_unknown_fields for kind in kinds)
    optional = [(name, Raw | UnsetType, UNSET) for name in sorted(names)]
    return msgspec.json.Decoder(msgspec.defstruct("Members", optional, forbid_unknown_fields=strict))
