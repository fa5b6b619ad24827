"""A reader of the pages' HTML, independent of the template engine."""

import base64
import hashlib
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_ACTIVE = {"script", "link", "iframe", "object", "embed", "base", "img"}
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
        # As browsers show it: the spaces and line breaks of the source are one space.
        return re.sub(r"[ \n]+", " ", "".join(self.texts)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("#page", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        assert len(element.attributes) == len(attrs), f"an attribute twice in <{tag}>"
        self.open[-1].children.append(element)
        if tag == "br":
            self.handle_data("\n")
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


def grid(page: Element, section: str) -> list[list[str]]:
    """The texts of the section's first table."""
    table = page.find("section", id=section).find("table")
    return [[cell.text for cell in row.children] for row in table.find_all("tr")]


def shape(page: Element) -> list[tuple[str, tuple[str, ...]]]:
    return [(element.tag, tuple(element.attributes)) for element in page.walk()]


def foreign_parts(source: bytes) -> list[str]:
    """Everything on the page that could load something, run a script, or lead away from it."""
    elements = read_page(source).walk()
    names = {name for element in elements for name in element.attributes}
    links = [element.attributes["href"] or "" for element in elements if "href" in element.attributes]
    return [
        *sorted({element.tag for element in elements} & _ACTIVE),
        *sorted(name for name in names if name.startswith("on") or name in {"src", "srcset", "style", "action"}),
        *(link for link in links if not link.startswith("#")),
        *re.findall(r"https?:|url\(|@import|javascript:", source.decode()),
    ]


def policies(page: Element) -> list[str | None]:
    metas = page.find_all("meta", **{"http-equiv": "Content-Security-Policy"})
    return [element.attributes["content"] for element in metas]


def the_one_policy(page: Element) -> str:
    """The policy that allows the page's one style and nothing else."""
    (style,) = page.find_all("style")
    digest = base64.b64encode(hashlib.sha256("".join(style.texts).encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
