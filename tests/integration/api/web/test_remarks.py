"""Forms on the page of an image touch what is on that page only."""

import pytest
from litestar import Litestar

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
