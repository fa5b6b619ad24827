from typing import Any

import pytest

from tests.actors import Client
from tests.pictures import picture


@pytest.fixture
async def image(alice: Client) -> str:
    """An image of Alice's."""
    made: str = (await alice.add_image((await alice.create_project())["id"], picture()))["id"]
    return made


async def _say(client: Client, image: str, text: str) -> dict[str, Any]:
    answer = await client.post(f"/api/images/{image}/comments", {"text": text})
    assert answer.status_code == 201, answer.text
    comment: dict[str, Any] = answer.json()
    return comment


async def test_comments_are_made_listed_changed_and_taken_back(alice: Client, image: str) -> None:
    first, second, third = [await _say(alice, image, text) for text in ("<b>blurred</b>", "é\n🙂", "x" * 10_000)]
    address = f"/api/comments/{first['id']}"

    page = (await alice.get(f"/api/images/{image}/comments", limit=2)).json()
    rest = (await alice.get(f"/api/images/{image}/comments", limit=2, cursor=page["next"])).json()
    read = (await alice.get(address)).json()
    changed = await alice.send("PATCH", address, json={"text": "sharp"})
    deleted = await alice.delete(address)

    assert first == {
        "id": first["id"],
        "image_id": image,
        "text": "<b>blurred</b>",
        "created_at": first["created_at"],
        "updated_at": first["created_at"],
    }
    assert (page["items"], rest, read) == ([first, second], {"items": [third], "next": None}, first)
    assert changed.json() == {**first, "text": "sharp", "updated_at": changed.json()["updated_at"]}
    assert (deleted.status_code, (await alice.get(address)).status_code) == (204, 404)
    assert (await alice.get(f"/api/images/{image}/comments")).json()["items"] == [second, third]


async def test_comments_are_hidden_and_come_back_with_their_image(alice: Client, image: str) -> None:
    comment = await _say(alice, image, "blurred")
    address = f"/api/comments/{comment['id']}"
    await alice.send("DELETE", f"/api/images/{image}", params={"reason": "out of focus"})

    hidden = [
        await alice.get(address),
        await alice.send("PATCH", address, json={"text": "sharp"}),
        await alice.delete(address),
        await alice.get(f"/api/images/{image}/comments"),
        await alice.post(f"/api/images/{image}/comments", {"text": "more"}),
    ]
    await alice.post(f"/api/images/{image}/restore")

    assert {answer.status_code for answer in hidden} == {404}
    assert (await alice.get(address)).json() == comment


@pytest.mark.parametrize("body", [{}, {"text": ""}, {"text": None}, {"text": "x" * 10_001}])
async def test_a_comment_that_is_none_is_refused(alice: Client, image: str, body: dict[str, Any]) -> None:
    answer = await alice.post(f"/api/images/{image}/comments", body)

    assert answer.status_code == 400
    assert (await alice.get(f"/api/images/{image}/comments")).json()["items"] == []
