"""A reader of the report's HTML, independent of the template engine."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"meta", "br", "img", "link", "input", "hr"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None]
    children: list["Element"] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def find_all(self, tag: str, **attributes: str) -> list["Element"]:
        return [
            element
            for element in self.walk()
            if element.tag == tag
            and all(value in (element.attributes.get(name) or "").split() for name, value in attributes.items())
        ]

    def find(self, tag: str, **attributes: str) -> "Element":
        return self.find_all(tag, **attributes)[0]

    def walk(self) -> list["Element"]:
        return [self, *(element for child in self.children for element in child.walk())]

    @property
    def text(self) -> str:
        return "".join(self.texts).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("#page", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        assert len(element.attributes) == len(attrs), f"an attribute twice in <{tag}>"
        self.open[-1].children.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.texts.append(data)


def read_page(page: bytes) -> Element:
    """The page as a tree; a tag that is not closed, or closed in the wrong order, is an AssertionError."""
    reader = _Reader()
    reader.feed(page.decode())
    reader.close()
    (root,) = reader.open
    return root
