"""Reading JSON bodies: strictly, and with the position of every fault."""

import asyncio
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Annotated, Any, Generic, ParamSpec, TypeAlias, TypeVar, cast

import msgspec
from litestar import Request
from msgspec import UNSET, Raw, UnsetType

from api.http.bodies import compact, json_pieces
from api.http.bodies.body_stream import incoming
from api.http.bodies.decode_errors import invalid
from api.http.bodies.decoding import decode
from api.http.bodies.json_pieces import Pieces
from shared.kit.errors import Fault, InvalidInput
from shared.kit.json_keys import repeated_name

T = TypeVar("T")
P = ParamSpec("P")

Fields = dict[str, Raw]

BODY = "body"

_EMPTY = Raw(b"[]")
_NONE: Mapping[str, Pieces] = {}

# As a handler's parameter: the body of the request, decoded. See `api.http.routes`.
Body: TypeAlias = Annotated[T, BODY]


class Members(Fields, Generic[T]):
    """As a handler's parameter: the members of the body that a Struct, or a union of some, has; each undecoded.

    A large list is null here, and stands in `large` with the positions at which it may be cut.
    """

    large: Mapping[str, Pieces] = _NONE
    release: Callable[[], None] | None = None

    def forget(self) -> None:
        """Free the memory of the body; for handlers that wait long after they have read it."""
        self.clear()
        self.large = _NONE
        if self.release is not None:
            self.release()


# Work on fewer bytes takes less time than handing it to a thread.
INLINE_BYTES = 16 * 1024

# Splitting so many bytes at once holds the interpreter for a few milliseconds.
SPLIT_AT_ONCE_BYTES = 1024 * 1024

# A long list that is not read as an array has rows for the classes of a matrix.
MAX_ROWS = 1000


async def by_size(size: int, work: Callable[P, T], *arguments: P.args, **keywords: P.kwargs) -> T:
    """Call `work` and return its result: inline for at most INLINE_BYTES bytes, otherwise in a thread."""
    if size <= INLINE_BYTES:
        return work(*arguments, **keywords)
    return await asyncio.to_thread(work, *arguments, **keywords)


def size(members: Fields) -> int:
    """Return the size of the members of a body together, in bytes."""
    small = sum(map(len, members.values()))
    return small + sum(map(len, large(members).values()))


def large(members: Fields) -> Mapping[str, Pieces]:
    """Return the large lists of a body by their names, in pieces."""
    return getattr(members, "large", _NONE)


async def fields(request: Request[Any, Any, Any], *kinds: type) -> Members[Any]:
    """Return the members of the body that the Structs have, and the caller's key, undecoded.

    Raises InvalidInput for any other member if one of the Structs forbids unknown fields, and for a member that one of
    them refuses by name.
    """
    body = await incoming(request).whole()
    members = await by_size(len(body), split, body, *kinds)
    members.release = incoming(request).release
    return members


def split(body: bytes, *kinds: type) -> Members[Any]:
    """Split a received body as `fields` does; members that no Struct has take no memory."""
    if len(body) > SPLIT_AT_ONCE_BYTES:
        text, lists = json_pieces.split(body)
        members = split(text, *kinds)
        members.large = {name: pieces for name, pieces in lists.items() if name in members}
        return members
    try:
        # Some editors write a byte order mark, which JSON does not allow.
        found = _splitter(*kinds).decode(body.removeprefix(BOM_UTF8))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise invalid(error) from error
    name = repeated_name(body, found.__struct_fields__)
    if name is not None:
        raise InvalidInput(Fault(f"/{name}", f"{name}: stands twice in the body; send it once."))
    present = {name: raw for name, raw in msgspec.structs.asdict(found).items() if raw is not UNSET}
    faults = [Fault(f"/{name}", f"{name}: {reason}.") for name, reason in _refused(kinds).items() if name in present]
    if faults:
        raise InvalidInput(*faults)
    return Members(present)


async def read(request: Request[Any, Any, Any], kind: type[T]) -> T:
    """Read the body as a Struct; the caller's key may stand beside its fields."""
    members = await fields(request, kind)
    return await by_size(size(members), pick_known, members, kind)


def pick_known(members: Fields, kind: type[T]) -> T:
    """Decode the members that a Struct has, large lists as arrays; others are ignored."""
    if lists := large(members):
        return _pick_large(members, lists, kind)
    names = names_of(kind)  # type: ignore[arg-type] # types are hashable
    return decode(msgspec.json.encode({name: members[name] for name in names if name in members}), kind)


@cache
def names_of(kind: type) -> tuple[str, ...]:
    """Return the members of a body that a Struct is decoded from; its types are read for it, which takes long."""
    return tuple(field.encode_name for field in msgspec.structs.fields(kind))


def _pick_large(members: Fields, lists: Mapping[str, Pieces], kind: type[T]) -> T:
    names = {field.encode_name: field for field in msgspec.structs.fields(kind)}  # type: ignore[arg-type] # kinds are Structs
    small = {name: raw for name, raw in members.items() if name in names}
    arrays = {}
    for name, pieces in lists.items():
        if name not in names:
            continue
        read_array = compact.reader(name, names[name].type) if len(pieces) > SPLIT_AT_ONCE_BYTES else None
        if read_array is not None:
            arrays[names[name].name] = read_array(pieces, name)
        small[name] = _EMPTY if read_array else compact.raw(pieces, name, SPLIT_AT_ONCE_BYTES)
    decoded = decode(msgspec.json.encode(small), kind)
    for name, values in arrays.items():
        msgspec.structs.force_setattr(decoded, name, values)  # type: ignore[arg-type] # kinds are Structs
    return decoded


def pick(members: Fields, name: str, kind: type[T], *, max_elements: int = MAX_ROWS) -> T:
    """Decode one member of a body, a large list of at most so many elements; other members are ignored."""
    if pieces := large(members).get(name):
        if len(pieces) > SPLIT_AT_ONCE_BYTES:
            return cast("T", [*compact.elements(pieces, name, cast("type[list[Any]]", kind), max_elements)])
        return decode(compact.raw(pieces, name, SPLIT_AT_ONCE_BYTES), kind, f"/{name}")
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
        names |= {*names_of(kind)}
        names |= {kind.__struct_config__.tag_field or "api_key"}
    names |= {*_refused(kinds)}
    strict = any(kind.__struct_config__.forbid_unknown_fields for kind in kinds)
    optional = [(name, Raw | UnsetType, UNSET) for name in sorted(names)]
    return msgspec.json.Decoder(msgspec.defstruct("Members", optional, forbid_unknown_fields=strict))
