"""The hierarchy of classes of Open Images, by which what is a dog is an animal too.

The form is that of the challenge's file: `LabelName`, and below it `Subcategory` with a list of the same. `Part`, which
says what belongs to a class without being of it, counts for nothing. The root stands for everything and is no class.
Source: tensorflow/models, research/object_detection/dataset_tools/oid_hierarchical_labels_expansion.py.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

# Open Images has 601 classes, five levels deep; a class with two parents is listed below both.
MAX_NODES, MAX_DEPTH, MAX_CHARACTERS = 2_000, 20, 255

_NAME, _BELOW, _PARTS = "LabelName", "Subcategory", "Part"


class InvalidHierarchy(ValueError):
    """The document is no hierarchy of classes; the arguments are an RFC 6901 pointer into it and a sentence."""


class ClassHierarchy(NamedTuple):
    """The classes above and below each class, by name, without the root; what is not listed has none."""

    ancestors: Mapping[str, frozenset[str]]
    descendants: Mapping[str, frozenset[str]]


NO_HIERARCHY = ClassHierarchy({}, {})


def of_tree(root: Any) -> ClassHierarchy:
    """Read a hierarchy from its JSON; raises InvalidHierarchy."""
    ancestors, descendants = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for name, above in _walk(root):
        ancestors[name].update(above)
        for other in above:
            descendants[other].add(name)
    return ClassHierarchy(
        *({name: frozenset(some) for name, some in side.items()} for side in (ancestors, descendants))
    )


def _walk(root: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the name of every class with those above it."""
    stack: list[tuple[Any, tuple[str, ...], str]] = [(root, (), "")]
    count = 0
    while stack:
        node, above, pointer = stack.pop()
        name, below, count = *_checked(node, above, pointer), count + 1
        if count > MAX_NODES or len(above) > MAX_DEPTH:
            raise InvalidHierarchy(pointer, f"expected at most {MAX_NODES:,} classes on {MAX_DEPTH} levels")
        is_root = not pointer
        if not is_root:
            yield name, above
        inside = above if is_root else (*above, name)
        stack += [(each, inside, f"{pointer}/{_BELOW}/{index}") for index, each in enumerate(below)]


def _checked(node: Any, above: tuple[str, ...], pointer: str) -> tuple[str, list[Any]]:
    if not isinstance(node, dict) or node.keys() - {_NAME, _BELOW, _PARTS}:
        raise InvalidHierarchy(pointer, f"expected an object with {_NAME}, {_BELOW} and {_PARTS} alone")
    name, below = node.get(_NAME), node.get(_BELOW, [])
    if not isinstance(name, str) or not 0 < len(name) <= MAX_CHARACTERS:
        raise InvalidHierarchy(f"{pointer}/{_NAME}", f"expected text of 1 to {MAX_CHARACTERS} characters")
    if not isinstance(below, list):
        raise InvalidHierarchy(f"{pointer}/{_BELOW}", "expected a list")
    if name in above:
        raise InvalidHierarchy(f"{pointer}/{_NAME}", "this class stands below itself")
    return name, below
