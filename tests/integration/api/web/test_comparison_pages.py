"""A comparison at a browser: what changed in the matrix and the curves, or why that cannot be drawn."""

import html
import re
from urllib.parse import quote

import pytest
from litestar import Litestar

from tests.actors import Client
from tests.integration.api.web.test_run_pages import HOSTILE, TABLE, cells, created
from tests.integration.api.web.visitor import Visitor

pytestmark = pytest.mark.usefixtures("workers")

BETTER = TABLE.replace(f"s8,{HOSTILE},ham,0.3", f"s8,{HOSTILE},{HOSTILE},0.8")


@pytest.fixture
async def visitor(app: Litestar, alice: Client) -> Visitor:
    """Alice at her browser."""
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)
    return visitor


async def compared(visitor: Visitor, alice: Client, *texts: str, **fields: str) -> tuple[str, list[str]]:
    """The page of a comparison of two runs, and their ids."""
    runs = [
        (await created(visitor, alice, text, name=name)).rpartition("/")[2]
        for text, name in zip(texts, ("old", "new"), strict=True)
    ]
    sides = {"baseline": runs[0], "candidate": runs[1]}
    made = await visitor.send("/app/comparisons/new", "/app/comparisons/new", **sides, **fields)
    assert made.status_code == 303, made.text
    address = made.headers["location"]
    await alice.get(address.replace("/app/", "/v1/"), {"Prefer": "wait=30"})
    return str(address), runs


def texts_of(drawing: str) -> list[str]:
    return re.findall(r'<text class="number [de]\d+"[^>]*>(.*?)</text>', drawing)


async def test_the_matrices_the_curves_and_the_slices_of_two_runs_are_compared(
    app: Litestar, visitor: Visitor, alice: Client, mallory: Client
) -> None:
    page, (old, new) = await compared(visitor, alice, TABLE, BETTER, slices=" country ,")

    text = (await visitor.get(page)).text
    matrix = (await visitor.get(f"{page}/matrix")).text
    curves = (await visitor.get(f"{page}/curves?class={quote(HOSTILE)}")).text

    # One of ten spams is caught beside eight, so one less is taken for ham.
    assert texts_of(matrix) == ["+10.0", "−10.0"]
    assert "Area 0.9900, of the baseline 0.9800" in curves
    assert len(re.findall(r'<path class="line baseline" d="M[^"]+"', curves)) == 3
    assert html.unescape(re.findall(r'<option value="([^"]*)" selected', curves)[0]) == HOSTILE
    slices = cells(text.partition("<h2>Slices</h2>")[2])
    assert [cell for cell in slices if cell.startswith("country")] == [
        "country: FR Accuracy, 10 samples",
        "country: DE Accuracy, 10 samples",
    ]
    listed = (await visitor.get("/app/comparisons")).text
    assert re.findall(r'<td[^>]* class="name"[^>]*><a href="([^"]+)"><bdi>(.*?)</bdi>', listed) == [
        (f"/app/runs/{new}", "new"),
        (f"/app/runs/{old}", "old"),
    ]
    other = Visitor.of(app)
    await other.sign_in(mallory)
    answers = [await other.get(f"{page}/{part}") for part in ("matrix", "curves")]
    assert [answer.status_code for answer in answers] == [404, 404]


async def test_what_cannot_be_drawn_says_why(visitor: Visitor, alice: Client) -> None:
    bare = "\n".join(",".join(line.split(",")[:3]) for line in TABLE.splitlines())
    page, _ = await compared(visitor, alice, bare, bare)
    unknown = await visitor.get(f"{page}/curves?class=eggs")
    scoreless = (await visitor.get(f"{page}/curves")).text

    assert "The file of the run has no column of scores." in scoreless
    assert "not a class of the run" in unknown.text
