"""The page of an image leads to its neighbours in the list that it was opened from."""

import html
import re

import pytest
from litestar import Litestar

from tests.actors import Client
from tests.integration.api.web.visitor import Visitor
from tests.pictures import picture

NAMES = ["car 2.png", "bus.png", "car 1.png", "zebra <b>&3.png"]


async def _project(app: Litestar, owner: Client) -> tuple[Visitor, str, dict[str, str]]:
    project = (await owner.create_project())["id"]
    ids = {name: (await owner.add_image(project, picture(), name=name))["id"] for name in NAMES}
    visitor = Visitor.of(app)
    await visitor.sign_in(owner)
    return visitor, project, ids


async def _walk(visitor: Visitor, address: str) -> list[tuple[str, str]]:
    """The names of the links to neighbours, with their addresses."""
    page = await visitor.get(address)
    assert page.status_code == 200, page.text
    (nav,) = re.findall(r'<nav class="walk".*?</nav>', page.text, re.DOTALL)
    links = re.findall(r'href="([^"]*)">([^<]*)</a>', nav)
    return [(text, html.unescape(link)) for link, text in links]


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ("", ["zebra <b>&3.png", "car 1.png", "bus.png", "car 2.png"]),
        ("sort=created_at", NAMES),
        ("sort=filename", ["bus.png", "car 1.png", "car 2.png", "zebra <b>&3.png"]),
        ("sort=-filename&filename=CAR", ["car 2.png", "car 1.png"]),
    ],
)
async def test_an_image_leads_to_the_next_and_the_previous_of_its_list(
    app: Litestar, alice: Client, query: str, order: list[str]
) -> None:
    visitor, _, ids = await _project(app, alice)
    addresses = [f"/app/images/{ids[name]}?{query}" for name in order]

    for place, address in enumerate(addresses):
        expected = [("← Previous", addresses[place - 1])] if place else []
        expected += [("Next →", one) for one in addresses[place + 1 : place + 2]]
        assert await _walk(visitor, f"{address}&first={ids['bus.png']}&page=2") == expected


async def test_the_list_of_a_project_says_where_its_images_were_opened_from(app: Litestar, alice: Client) -> None:
    visitor, project, ids = await _project(app, alice)

    page = await visitor.get(f"/app/projects/{project}?sort=filename&filename=%3Cb%3E%26")
    (link,) = re.findall(r'<a href="(/app/images/[^"]*)">', page.text)
    assert html.unescape(link) == f"/app/images/{ids[NAMES[3]]}?sort=filename&filename=%3Cb%3E%26"
    assert await _walk(visitor, html.unescape(link)) == []
    image = await visitor.get(html.unescape(link))
    assert "among names with “<bdi>&lt;b&gt;&amp;</bdi>”" in image.text


async def test_neighbours_are_of_the_same_project_and_not_deleted(app: Litestar, alice: Client) -> None:
    visitor, _, ids = await _project(app, alice)
    await _project(app, alice)
    answer = await alice.send("DELETE", f"/api/images/{ids['car 1.png']}", params={"reason": "It is blurred."})
    assert answer.status_code in {200, 204}, answer.text

    walk = await _walk(visitor, f"/app/images/{ids['bus.png']}?sort=created_at")

    assert [link.split("?")[0] for _, link in walk] == [
        f"/app/images/{ids['car 2.png']}",
        f"/app/images/{ids[NAMES[3]]}",
    ]
