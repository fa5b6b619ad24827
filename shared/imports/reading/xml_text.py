"""XML of annotations, through a parser that expands no entity and fetches nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring, iterparse

from shared.analyses.annotations.validation import Checker
from shared.imports.errors import AnnotationsUnreadable


def root_of(name: str, body: bytes) -> Element:
    """Parse a document; raises AnnotationsUnreadable with its name and the line, also where it declares entities."""
    with _refusals(name):
        root: Element = fromstring(body, forbid_dtd=True)
    return root


def elements(name: str, body: bytes, *tags: str) -> Iterator[Element]:
    """Yield the elements of these tags, one after the other, each of which is dropped once the next is asked for.

    Raises AnnotationsUnreadable as `root_of` does.
    """
    with _refusals(name):
        for _, element in iterparse(BytesIO(body), forbid_dtd=True):
            if element.tag in tags:
                yield element
                element.clear()


class XmlMembers:
    """The members of an XML element as texts and numbers; notes what is missing at its place."""

    def __init__(self, element: Element, checker: Checker, pointer: str) -> None:
        self.element, self.pointer, self._checker = element, pointer, checker

    def text(self, path: str) -> str | None:
        """Return the text of a member without white space around it, None where it is missing or empty."""
        return (self.element.findtext(path) or "").strip() or None

    def number(self, path: str) -> float | None:
        """Return a member as a number, None where it is missing; notes a fault for any other text."""
        return number_of(self.text(path), self._checker, f"{self.pointer}/{path}")

    def flag(self, path: str) -> int:
        """Return 1 where a member says so, and 0 where it is missing; notes a fault for any other text."""
        text = (self.text(path) or "0").lower()
        if text in {"0", "1", "false", "true"}:
            return int(text in {"1", "true"})
        self._checker.note(f"{self.pointer}/{path}", "expected 0 or 1")
        return 0

    def each(self, path: str) -> Iterator["XmlMembers"]:
        """Yield the members of a name, with their positions from 0."""
        for index, child in enumerate(self.element.iterfind(path)):
            yield XmlMembers(child, self._checker, f"{self.pointer}/{path}/{index}")


@contextmanager
def _refusals(name: str) -> Iterator[None]:
    try:
        yield
    except ParseError as error:
        raise AnnotationsUnreadable(f"“{name[:200]}”: line {error.position[0]:,}: this is not XML.") from error
    except (DefusedXmlException, ValueError, LookupError) as error:
        detail = f"“{name[:200]}” declares a document type or entities, or an unknown encoding; remove them."
        raise AnnotationsUnreadable(detail) from error


def number_of(text: str | None, checker: Checker, pointer: str) -> float | None:
    """Return the number of a text; notes a fault for a text that is none, or no finite one."""
    if text is None:
        return None
    try:
        return float(text)
    except ValueError:
        checker.note(pointer, f"expected a number, not {text[:50]!r}")
        return None
