"""Reading JSON bodies: strictly, and with the place of every fault."""

import asyncio
import re
from typing import Any, TypeVar

import msgspec
from litestar import Request

from api.faults import invalid
from shared.kit.errors import Fault, InvalidInput

T = TypeVar("T")

Fields = dict[str, msgspec.Raw]

# Splitting a smaller body takes less time than handing it to a thread.
SPLIT_INLINE_BYTES = 64 * 1024

_split = msgspec.json.Decoder(Fields).decode

# Postgres cannot hold this character in a text; an even number of backslashes before it is text about it.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


async def fields(request: Request[Any, Any, Any]) -> Fields:
    """The members of the body, an object, each still undecoded; split once for each request."""
    found: Fields | None = request.scope.get("_fields")  # type: ignore[assignment] # a key of our own
    if found is None:
        body = await request.body()
        inline = len(body) <= SPLIT_INLINE_BYTES
        found = _fields(body) if inline else await asyncio.to_thread(_fields, body)
        request.scope["_fields"] = found  # type: ignore[typeddict-unknown-key] # the same
    return found


def decode(raw: msgspec.Raw | bytes, kind: type[T], pointer: str = "") -> T:
    """A part of a body as a value; raises InvalidInput with the place at fault."""
    if _NUL.search(raw):
        raise InvalidInput(Fault(pointer, f"{pointer.strip('/') or 'body'}: text may not hold the NUL character."))
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise invalid(error, pointer) from error


async def read(request: Request[Any, Any, Any], kind: type[T]) -> T:
    """The whole body as a value, except for the caller's key, which may lie beside anything."""
    members = {name: raw for name, raw in (await fields(request)).items() if name != "api_key"}
    return decode(msgspec.json.encode(members), kind)


async def read_known(request: Request[Any, Any, Any], kind: type[T]) -> T:
    """The members of the body that a Struct asks for."""
    return pick_known(await fields(request), kind)


def pick_known(members: Fields, kind: type[T]) -> T:
    """The members that a Struct asks for; others do not matter, as old clients send extras."""
    names = [field.encode_name for field in msgspec.structs.fields(kind)]  # type: ignore[arg-type] # kinds are Structs
    return decode(msgspec.json.encode({name: members[name] for name in names if name in members}), kind)


def pick(members: Fields, name: str, kind: type[T]) -> T:
    """One member of a body as a value; other members do not matter."""
    if name not in members:
        raise InvalidInput(Fault(f"/{name}", f"{name}: this field is required."))
    return decode(members[name], kind, f"/{name}")


def _fields(body: bytes) -> Fields:
    try:
        return _split(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise invalid(error) from error
