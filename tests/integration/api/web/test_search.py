"""The search finds what is one's own by a part of its name or by its id, and nothing of anybody else."""

import re

import pytest
from litestar import Litestar

from tests.actors import Client
from tests.files import upload_file
from tests.integration.api.web.visitor import Visitor
from tests.pictures import picture

HOSTILE = "<script>zebra</script>"


def hits(page: str) -> dict[str, list[str]]:
    """The addresses of what was found, by their headings."""
    main = page.partition("<main")[2].partition("</main>")[0] or page
    parts = re.split(r"<h2>(.*?)</h2>", main)
    return {
        title: re.findall(r'<li><a href="([^"]+)"', part) for title, part in zip(parts[1::2], parts[2::2], strict=True)
    }


async def furnish(client: Client, name: str) -> dict[str, list[str]]:
    """Make one of everything that has a name, and return their addresses as the search answers."""
    run = (await client.post("/v1/runs", {"data": {"y_true": [1, 0], "y_pred": [1, 1]}, "name": name})).json()["id"]
    project = (await client.create_project(name=name))["id"]
    image = (await client.add_image(project, picture(size=(64, 48)), name=f"{name}.png"))["id"]
    truth = await upload_file(client, b"id,label\n1,cat\n2,dog\n")
    dataset = (await client.post("/v1/datasets", {"upload_id": truth["id"], "name": name})).json()["id"]
    gate = (await client.post("/v1/gates", {"name": name, "baseline": {"tag": "main"}})).json()["id"]
    matrix = (await client.post("/v1/matrices", {"actual_vector": [0], "predicted_vector": [0], "name": name})).json()[
        "uid"
    ]
    return {
        "Runs": [f"/app/runs/{run}"],
        "Projects": [f"/app/projects/{project}"],
        "Images": [f"/app/images/{image}"],
        "Datasets": [f"/app/datasets/{dataset}"],
        "Gates": [f"/app/gates/{gate}"],
        "Matrices": [f"/app/matrices/{matrix}"],
    }


@pytest.fixture
async def visitor(app: Litestar, alice: Client) -> Visitor:
    """Alice at her browser."""
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)
    return visitor


async def test_everything_with_a_name_is_found_and_nothing_of_others(
    visitor: Visitor, alice: Client, mallory: Client
) -> None:
    own, theirs = await furnish(alice, "zebra"), await furnish(mallory, "zebra")
    found = (await visitor.get("/app/search?q=ZEB")).text
    by_id = {address: hits((await visitor.get(f"/app/search?q={address.rpartition('/')[2]}")).text)
             for addresses in (own, theirs) for ones in addresses.values() for address in ones}  # fmt: skip

    assert hits(found) == own
    assert by_id == {address: {"By its identifier": [address]} for ones in own.values() for address in ones} | {
        address: {} for ones in theirs.values() for address in ones
    }


async def test_pages_are_found_by_the_beginnings_of_their_words(visitor: Visitor) -> None:
    empty = (await visitor.get("/app/search")).text
    gates = (await visitor.get("/app/search?q=gate")).text
    part = (await visitor.get("/app/search?q=gate", **{"HX-Request": "true"})).text
    nothing = (await visitor.get("/app/search?q=%25_%5C")).text
    long = await visitor.get(f"/app/search?q={'x' * 5000}")

    assert len(hits(empty)["Pages"]) == 6
    assert hits(gates) == {"Pages": ["/app/gates", "/app/gates/new"]}
    assert (hits(part), "<html" in part) == (hits(gates), False)
    assert "Nothing has <bdi>%_\\</bdi> in its name." in nothing
    assert (long.status_code, "Only the first 200 characters" in long.text) == (200, True)


async def test_a_stranger_is_led_to_sign_in_and_names_are_escaped(
    app: Litestar, visitor: Visitor, alice: Client
) -> None:
    await alice.create_project(name=HOSTILE)
    stranger = await Visitor.of(app).get("/app/search?q=zebra")
    found = (await visitor.get("/app/search?q=zebra")).text

    assert (stranger.status_code, stranger.headers["location"]) == (303, "/app/sign-in?next=/app/search%3Fq%3Dzebra")
    assert [*hits(found)] == ["Projects"]
    assert HOSTILE not in found
