"""Labels that attack the programs that show them, from the request to the exported files."""

import io
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

import httpx2
import pytest
from PIL import Image

from tests.actors import Client

HOSTILE = (
    "<script>alert(1)</script>",
    "'\"><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "$bad$",
    "\\frac{1}{0} $x^",
    "{{7*7}}",
    "{% include '/etc/passwd' %}",
    'it\'s "quoted"',
    "&lt;b&gt; &amp;",
    "x" * 500,
    "שלום עולם",
    "مرحبا",
    "混同行列",
    "😀",
    "../../etc",
    "=cmd|' /C calc'!A0",
    "]]>",
    "<!--",
)
TITLE = "</title></svg><script>alert(2)</script> $t$ {{8*8}}"
ACTIVE = {"script", "img", "image", "iframe", "object", "embed", "form", "base", "a", "foreignObject", "animate", "set"}
SVG = "{http://www.w3.org/2000/svg}"

pytestmark = pytest.mark.usefixtures("workers")


class Page(HTMLParser):
    """Every element with its attributes, and the text inside the elements that can hold a label."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[tuple[str, list[str]]] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag in {"th", "td", "h1", "title", "bdi"}:
            self._open.append((tag, []))

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1][0] == tag:
            _, parts = self._open.pop()
            self.texts.append((tag, "".join(parts).strip()))

    def handle_data(self, data: str) -> None:
        for _, parts in self._open:
            parts.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


async def _matrix(client: Client) -> str:
    actual = [label for count, label in enumerate(HOSTILE, start=1) for _ in range(count)]
    return await client.create_matrix(actual, [*actual[3:], *actual[:3]])


async def _made(client: Client, kind: str) -> dict[str, httpx2.Response]:
    job = await client.final((await client.submit(kind, await _matrix(client), options={"title": TITLE}))["id"])
    assert (job["status"], job["error"]) == ("succeeded", None)
    async with httpx2.AsyncClient() as anybody:
        return {made["name"]: await anybody.get(made["url"]) for made in job["artifacts"]}


def _is_shown_as(label: str, text: str) -> bool:
    """Whether the text is the label, whole or with its middle left out."""
    head, ellipsis, tail = text.partition("…")
    return text == label or (bool(ellipsis and head and tail) and label.startswith(head) and label.endswith(tail))


async def test_in_the_report_they_are_text_and_nothing_else(alice: Client) -> None:
    answer = (await _made(alice, "report"))["report.html"]
    page = Page(answer.text)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert set(HOSTILE) <= {text for tag, text in page.texts if tag in {"th", "td", "bdi"}}
    assert ("h1", TITLE) in page.texts
    assert [text for tag, text in page.texts if tag == "title" and TITLE in text] != []
    assert {tag for tag, _ in page.elements} & (ACTIVE - {"a"}) == set()
    assert {(attributes.get("href") or "")[:1] for attributes in page.all("a")} == {"#"}
    assert [name for _, attributes in page.elements for name in attributes if name.startswith("on")] == []


async def test_the_report_forbids_scripts_wherever_it_is_opened(alice: Client) -> None:
    for source in (
        (await _made(alice, "report"))["report.html"].text,
        (await alice.get("/cm/report", cm_uid=await _matrix(alice))).text,
    ):
        (policy,) = (
            attributes["content"] or ""
            for attributes in Page(source).all("meta")
            if attributes.get("http-equiv") == "Content-Security-Policy"
        )
        rules = {name: values for name, *values in (part.split() for part in policy.split(";"))}
        assert rules["default-src"] == ["'none'"]
        assert "script-src" not in rules
        assert [value for values in rules.values() for value in values if "unsafe" in value or "*" in value] == []


async def test_in_the_svg_they_are_text_on_both_axes_and_nothing_else(alice: Client) -> None:
    answer = (await _made(alice, "plot"))["plot.svg"]
    root = ET.fromstring(answer.content)
    texts = ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]
    assert answer.headers["content-type"] == "image/svg+xml"
    shown = {label: [text for text in texts if _is_shown_as(label, text)] for label in HOSTILE}
    assert {label: len(found) for label, found in shown.items()} == dict.fromkeys(HOSTILE, 2)
    assert [text for text in texts if _is_shown_as(TITLE, text)] != []
    assert {element.tag.rpartition("}")[2] for element in root.iter()} & ACTIVE == set()
    attributes = [(name.rpartition("}")[2], value) for element in root.iter() for name, value in element.items()]
    assert [name for name, _ in attributes if name.startswith("on")] == []
    assert {value[:1] for name, value in attributes if name == "href"} <= {"#"}


async def test_in_the_png_they_are_drawn_one_row_for_each(alice: Client) -> None:
    linked = (await _made(alice, "plot"))["plot.png"]
    direct = await alice.get("/cm/plot", cm_uid=await _matrix(alice))
    for answer in (linked, direct):
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
        with Image.open(io.BytesIO(answer.content)) as picture:
            picture.load()
            assert picture.format == "PNG"
            assert min(picture.size) > 20 * len(HOSTILE)
    assert linked.content != direct.content, "only the first has a title of its own"


@pytest.mark.parametrize(
    "label",
    ["\u202egnihsihp", "a\u2066b", "", "line\nbreak", "\x1b[31m", "\x85", "nul\0"],
    ids=["override", "isolate", "empty", "line", "terminal", "C1", "NUL"],
)
async def test_a_label_that_would_disturb_the_text_around_it_is_refused_by_place(alice: Client, label: str) -> None:
    body: dict[str, Any] = {"actual_vector": ["good", "good"], "predicted_vector": ["good", label]}
    answer = await alice.post("/cm/create", body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/predicted_vector/1"]
    assert (await alice.http.post("/sign_in/", json={"email": alice.email, "password": alice.password})).json()[
        "cms"
    ] == []
