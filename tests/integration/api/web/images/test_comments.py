"""Forms on the page of an image touch what is on that page only."""

import html
import re

import pytest
from litestar import Litestar

from api.web.images import comments as image_comments
from api.web.images import view as image_view
from tests.actors import Client
from tests.integration.api.web.visitor import Visitor
from tests.pictures import picture


@pytest.mark.parametrize("elsewhere", ["{other}", "nothing", "%E2%82%AC"])
@pytest.mark.parametrize("action", ["", "/delete"])
async def test_a_comment_is_changed_on_the_page_of_its_image_only(
    app: Litestar, alice: Client, elsewhere: str, action: str
) -> None:
    project = (await alice.create_project())["id"]
    image, other = [(await alice.add_image(project, picture()))["id"] for _ in range(2)]
    comment = (await alice.post(f"/api/images/{image}/comments", {"text": "blurred"})).json()
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)

    path = f"/app/images/{elsewhere.format(other=other)}/comments/{comment['id']}{action}"
    answer = await visitor.send(path, page="/app/account", text="sharp")

    assert answer.status_code == 404
    assert (await alice.get(f"/api/images/{image}/comments")).json()["items"] == [comment]


async def _on_a_page(app: Litestar, client: Client, *texts: str) -> tuple[Visitor, str, list[str]]:
    image = (await client.add_image((await client.create_project())["id"], picture()))["id"]
    made = [(await client.post(f"/api/images/{image}/comments", {"text": text})).json()["id"] for text in texts]
    visitor = Visitor.of(app)
    await visitor.sign_in(client)
    return visitor, f"/app/images/{image}", made


@pytest.mark.parametrize(
    ("typed", "sentence"), [("\u200b ", "text: enter a comment."), ("é" * 10_001, "at most 10,000")]
)
async def test_a_refused_change_comes_back_with_what_was_typed_and_why(
    app: Litestar, alice: Client, typed: str, sentence: str
) -> None:
    visitor, page, (blurred, _) = await _on_a_page(app, alice, "blurred", "sharp")

    answer = await visitor.send(f"{page}/comments/{blurred}", page=page, text=typed, view="least=0.5")

    assert answer.status_code == 400
    assert answer.text.count('role="alert"') == 1
    opened = re.findall(r"<details open>.*?</details>", answer.text, re.DOTALL)
    assert [sentence in part and f"autofocus>{typed}</textarea>" in part for part in opened] == [True]
    assert 'aria-label="Text of the comment">sharp</textarea>' in answer.text
    # What else was chosen on the page is as it was.
    assert 'name="view" value="least=0.5"' in answer.text


@pytest.mark.parametrize("view", ["page=0", "least=nan", "layout=x", "comments_after=x", "=&&", "page=9e9", "\u20ac"])
async def test_a_view_that_no_page_has_is_the_view_of_everything(app: Litestar, alice: Client, view: str) -> None:
    visitor, page, (blurred,) = await _on_a_page(app, alice, "blurred")

    saved = await visitor.send(f"{page}/comments/{blurred}", page=page, text="sharp", view=view)
    refused = await visitor.send(f"{page}/comments/{blurred}", page=page, text="", view=view)

    assert (saved.status_code, saved.headers["location"]) == (303, f"{page}?notice=saved#comments")
    assert refused.status_code == 400


async def test_comments_are_shown_page_by_page(app: Litestar, alice: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (image_view, image_comments):
        monkeypatch.setattr(module, "MAX_COMMENTS", 2)
    visitor, page, made = await _on_a_page(app, alice, "one", "two", "three", "four")

    async def shown(path: str) -> tuple[list[str], dict[str, str]]:
        text = (await visitor.get(path)).text
        links = re.findall(r'href="([^"]*)#comments">(\w+) comments<', text)
        return re.findall(r'<p class="said"><bdi>(\w+)</bdi>', text), {
            name: html.unescape(path) for path, name in links
        }

    first, onward = await shown(f"{page}?least=0.5")
    last, back = await shown(onward["Later"])

    assert (first, last) == (["one", "two"], ["three", "four"])
    assert onward == {"Later": f"{page}?least=0.5&comments_after={made[1]}"}
    assert back == {"First": f"{page}?least=0.5"}
    assert await shown(f"{page}?comments_after={made[3]}") == ([], {"First": f"{page}?"})

    # What was added is on the page that comes next, and what was refused is on the page that was there.
    added = await visitor.send(f"{page}/comments", page=page, text="five", view="")
    assert (await shown(added.headers["location"]))[0] == ["five"]
    refused = await visitor.send(f"{page}/comments/{made[3]}", page=page, text="", view=f"comments_after={made[1]}")
    assert "<details open>" in refused.text
