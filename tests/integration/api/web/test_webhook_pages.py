"""The pages of webhooks."""

from litestar import Litestar

from tests.actors import Client
from tests.integration.api.web.visitor import Visitor


async def test_a_delivery_has_a_page_with_its_event_for_its_owner(
    app: Litestar, alice: Client, mallory: Client
) -> None:
    endpoint = (await alice.post("/v1/webhooks/endpoints", {"url": "https://example.com/hook"})).json()
    delivery = (await alice.post(f"/v1/webhooks/endpoints/{endpoint['id']}/test")).json()
    address = f"/app/webhooks/deliveries/{delivery['id']}"
    owner, other = Visitor.of(app), Visitor.of(app)
    await owner.sign_in(alice)
    await other.sign_in(mallory)

    page, of_other = await owner.get(address), await other.get(address)

    assert page.status_code == 200
    for text in (delivery["event_id"], "<h1>endpoint.test</h1>", "https://example.com/hook"):
        assert text in page.text
    assert of_other.status_code == 404
