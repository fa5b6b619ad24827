"""Types that are made while the program starts, which no annotation can spell."""

from typing import Annotated, Any, NamedTuple, get_origin


class RuntimeType(NamedTuple):
    """The type that `Annotated[Any, RuntimeType(kind)]` stands for."""

    kind: Any


def resolve(annotation: Any) -> Any:
    """Return the type that an annotation stands for."""
    if get_origin(annotation) is Annotated:
        for mark in annotation.__metadata__:
            if isinstance(mark, RuntimeType):
                return mark.kind
    return annotation
