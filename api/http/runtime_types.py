"""Types that are made while the program starts, which no annotation can spell."""

from typing import Annotated, Any, NamedTuple, get_origin


class RuntimeType(NamedTuple):
    """In `Annotated[Any, RuntimeType(kind)]`: the type that is meant."""

    kind: Any


def resolve(annotation: Any) -> Any:
    """The type that an annotation stands for."""
    if get_origin(annotation) is Annotated:
        for mark in annotation.__metadata__:
            if isinstance(mark, RuntimeType):
                return mark.kind
    return annotation
