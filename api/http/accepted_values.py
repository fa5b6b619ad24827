"""Which values a place in a body may have, for whoever sent another one."""

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import inspect


def choices(kind: Any, steps: Sequence[str]) -> list[str]:
    """The values that a type knows at a place inside of it, or nothing where there is no such list."""
    found = [inspect.type_info(kind)]
    for step in steps:
        tags = [str(one.tag) for one in _plain(found) if isinstance(one, inspect.StructType) and one.tag_field == step]
        if tags:
            return tags
        found = [inner for one in _plain(found) for inner in _inside(one, step)]
    return list(dict.fromkeys(str(value) for one in _plain(found) for value in _values(one)))


def _plain(types: Sequence[inspect.Type]) -> Iterator[inspect.Type]:
    """The types without what is only wrapped around them."""
    for one in types:
        match one:
            case inspect.UnionType():
                yield from _plain(one.types)
            case inspect.Metadata():
                yield from _plain([one.type])
            case _:
                yield one


def _inside(kind: inspect.Type, step: str) -> Iterator[inspect.Type]:
    match kind:
        case inspect.StructType():
            yield from (field.type for field in kind.fields if field.encode_name == step)
        case inspect.ListType() | inspect.VarTupleType():
            yield kind.item_type
        case inspect.DictType():
            yield kind.value_type


def _values(kind: inspect.Type) -> Sequence[Any]:
    match kind:
        case inspect.LiteralType():
            return kind.values
        case inspect.EnumType():
            return [member.value for member in kind.cls]
    return ()
