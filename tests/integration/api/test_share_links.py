"""Share links: what they show, to whom, and that nothing else can be reached from them."""

import re
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from litestar import Litestar

from api.openapi import document
from shared.kit.platform import Platform
from shared.sharing import VISITS
from tests.actors import Client, Team
from tests.integration.api.operations import things
from tests.integration.api.operations.things import Scene
from tests.integration.api.test_ownership import BESIDE, NAMES, QUERIES
from tests.integration.api.web.visitor import Visitor
from tests.receiver import Receiver

MAKERS = {
    "run": things.scored_run,
    "comparison": things.comparison,
    "matrix": things.matrix,
    "image": things.image,
}
NOWHERE = "01a2d7a0-0000-7000-8000-000000000000"

# What belongs to one type alone.
PARTS = {"curves": "run", "report": "matrix", "matrix": "matrix", "badge": "gate", "content": "image"}

ADMIN = ("root", "root's password")


@dataclass(frozen=True)
class Shared:
    """One link to an object of each type, and the ids of the objects."""

    tokens: dict[str, str]
    ids: dict[str, str]


async def _link(client: Client, target_type: str, target_id: str, **fields: Any) -> dict[str, Any]:
    answer = await client.post("/v1/share-links", {"target_type": target_type, "target_id": target_id, **fields})
    assert answer.status_code == 201, answer.text
    link: dict[str, Any] = answer.json()
    return link


async def _token(client: Client, target_type: str, target_id: str) -> str:
    path: str = (await _link(client, target_type, target_id))["path"]
    return path.partition("=")[2]


@pytest.fixture
async def shared(workers: Team, alice: Client, receiver: Receiver) -> Shared:
    """Links of Alice's."""
    assert workers["worker"].running
    scene = Scene(alice, receiver)
    ids = {target_type: str(await scene.get(make)) for target_type, make in MAKERS.items()}
    check = (await alice.get(f"/v1/checks/{await scene.get(things.gate_check)}")).json()
    ids["gate"] = check["gate_id"]
    return Shared({target_type: await _token(alice, target_type, target) for target_type, target in ids.items()}, ids)


async def test_a_link_opens_its_object_without_an_account_and_is_found_by_no_search_engine(
    app: Litestar, shared: Shared
) -> None:
    texts = {"run": "Confusion matrix", "comparison": "Differences", "gate": "Why", "matrix": "Report",
             "image": "/app/shared/content"}  # fmt: skip
    for target_type, token in shared.tokens.items():
        stranger = Visitor.of(app)
        page = await stranger.get(f"/app/shared?token={token}")

        assert (page.status_code, texts[target_type] in page.text) == (200, True), target_type
        assert page.headers["x-robots-tag"] == "noindex, nofollow"
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert "set-cookie" not in page.headers
        # No way from it to anything that would need an account, or to single samples.
        folders = "runs|matrices|comparisons|gates|checks|projects|images|jobs"
        assert re.findall(rf'(?:href|src|action)="(/app/(?:{folders})[^"]*)"', page.text) == [], target_type


async def test_the_parts_of_a_page_open_with_the_link_of_their_noun_alone(
    app: Litestar, shared: Shared, alice: Client
) -> None:
    stranger = Visitor.of(app)
    for part, own in PARTS.items():
        for target_type, token in shared.tokens.items():
            answer = await stranger.get(f"/app/shared/{part}?token={token}")
            assert answer.status_code == (200 if target_type == own else 404), (part, target_type)
            assert target_type != own or answer.headers["x-robots-tag"] == "noindex, nofollow"
    image = await stranger.get(f"/app/shared/content?token={shared.tokens['image']}")
    assert image.content == (await alice.get(f"/api/images/{shared.ids['image']}/content")).content
    assert image.headers["content-type"] == "image/png"
    report = await stranger.get(f"/app/shared/report?token={shared.tokens['matrix']}")
    assert report.headers["content-type"].startswith("text/html")
    assert report.headers["content-security-policy"] == "sandbox"
    badge = await stranger.get(f"/app/shared/badge?token={shared.tokens['gate']}")
    assert badge.headers["content-type"].startswith("image/svg+xml")


async def test_a_link_is_no_key_and_no_session_for_any_operation(app: Litestar, shared: Shared, alice: Client) -> None:
    http: httpx2.AsyncClient = alice.http
    known = {**dict.fromkeys(NAMES, NOWHERE), "account_id": "1", "invitation_id": NOWHERE, **BESIDE}
    known |= {f"{target_type}_id": target for target_type, target in shared.ids.items()}
    known |= {"uid": shared.ids["matrix"], "cm_uid": shared.ids["matrix"]}
    public = {"health.check_liveness", "health.check_readiness", "health.check_pipeline_api",
              "accounts.sign_in", "accounts.sign_up"}  # fmt: skip
    opened = {}
    for path, operations in document(app)["paths"].items():
        for method, operation in operations.items():
            named = {parameter["name"] for parameter in operation.get("parameters", ()) if parameter["in"] == "query"}
            query = {name: known[name] for name in named & known.keys()} | QUERIES.get(operation["operationId"], {})
            for token in shared.tokens.values():
                headers = {"X-API-Key": token, "Authorization": f"Bearer {token}", "x-oanor-key": token}
                answer = await http.request(method.upper(), path.format(**known), params=query, headers=headers)
                if answer.status_code != 401 and operation["operationId"] not in public:
                    opened[operation["operationId"]] = answer.status_code
    assert opened == {}


async def test_a_link_opens_no_page_but_its_own(app: Litestar, shared: Shared) -> None:
    folders = {"run": "runs", "comparison": "comparisons", "gate": "gates", "matrix": "matrices", "image": "images"}
    stranger = Visitor.of(app)
    for target_type, token in shared.tokens.items():
        stranger.http.cookies.set("evalserve-session", token)
        for path in (
            f"/app/{folders[target_type]}/{shared.ids[target_type]}",
            "/app/runs",
            "/app/account",
            "/app/share-links",
        ):
            answer = await stranger.get(f"{path}?token={token}")
            assert answer.status_code == 303, (target_type, path)
            assert answer.headers["location"].startswith("/app/sign-in")


async def test_forged_revoked_and_expired_links_and_those_of_what_was_deleted_open_nothing(
    app: Litestar, platform: Platform, alice: Client, mallory: Client
) -> None:
    stranger = Visitor.of(app)
    first, second, third = [await alice.create_matrix() for _ in range(3)]
    revoked, expired, deleted = [await _link(alice, "matrix", uid) for uid in (first, second, third)]
    theirs = await _link(mallory, "matrix", await mallory.create_matrix())
    assert (await alice.delete(f"/v1/share-links/{revoked['id']}")).status_code == 204
    assert (await alice.delete(f"/v1/matrices/{third}")).status_code == 204
    async with platform.db.connection() as connection:
        await connection.execute(
            "UPDATE share_link SET expires_at = now() - interval '1 second' WHERE id = $1", expired["id"]
        )

    for link in (revoked, expired, deleted):
        assert (await stranger.get(link["path"])).status_code == 404, link
    for token in ("", "x" * 43, revoked["id"], alice.key, "%C3%BC", "%00"):
        answer = await stranger.get(f"/app/shared?token={token}")
        assert answer.status_code in {400, 404}, token
    assert (await stranger.get("/app/shared")).status_code == 404
    assert (await stranger.get(theirs["path"])).status_code == 200


async def test_the_links_of_an_account_that_is_left_or_disabled_open_nothing(app: Litestar, alice: Client) -> None:
    link = await _link(alice, "matrix", await alice.create_matrix())
    stranger = Visitor.of(app)
    assert (await stranger.get(link["path"])).status_code == 200

    await alice.post("/v1/account/deletion", {"password": alice.password})

    assert (await stranger.get(link["path"])).status_code == 404


async def test_nobody_shares_lists_or_revokes_what_is_somebody_else_s(
    app: Litestar, alice: Client, mallory: Client
) -> None:
    uid = await alice.create_matrix()
    link = await _link(alice, "matrix", uid)

    for target_type, target in (("matrix", uid), ("run", uid), ("gate", uid), ("image", uid), ("comparison", uid)):
        answer = await mallory.post("/v1/share-links", {"target_type": target_type, "target_id": target})
        assert answer.status_code == 404, answer.text
    # One's own id under another type is nothing either.
    assert (await alice.post("/v1/share-links", {"target_type": "run", "target_id": uid})).status_code == 404
    assert (await mallory.get("/v1/share-links")).json() == {"items": [], "next": None}
    assert (await mallory.delete(f"/v1/share-links/{link['id']}")).status_code == 404
    his = Visitor.of(app)
    await his.sign_in(mallory)
    assert (await his.send(f"/app/share-links/{link['id']}/revoke", "/app/share-links")).status_code == 404
    fields = {"target_type": "matrix", "target_id": uid, "valid_days": "1"}
    assert (await his.send("/app/share-links", "/app/share-links", **fields)).status_code == 404
    assert (await Visitor.of(app).get(link["path"])).status_code == 200


async def test_the_list_of_links_names_what_they_show(
    app: Litestar, shared: Shared, alice: Client, mallory: Client
) -> None:
    named = {"name": "Hers", "actual_vector": [0, 1], "predicted_vector": [0, 1]}
    await _link(mallory, "matrix", (await mallory.post("/v1/matrices", named)).json()["uid"])
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)

    page = (await visitor.get("/app/share-links")).text

    rows = re.findall(r"<bdi>([^<]*)</bdi>\s*</a>\s*<small>(\w+)</small>", page)
    gate = (await alice.get(f"/v1/gates/{shared.ids['gate']}")).json()["name"]
    image = (await alice.get(f"/api/images/{shared.ids['image']}")).json()["filename"]
    assert {("gate", gate), ("image", image)} <= {(kind, name) for name, kind in rows}
    assert "Hers" not in page


async def test_the_token_is_in_one_answer_and_nowhere_in_the_database(platform: Platform, alice: Client) -> None:
    link = await _link(alice, "matrix", await alice.create_matrix(), valid_days=2)
    token = link["path"].partition("=")[2]

    listed = (await alice.get("/v1/share-links")).json()["items"]
    assert listed == [{name: value for name, value in link.items() if name != "path"}]
    async with platform.db.connection() as connection:
        rows = await connection.fetch("SELECT row::text FROM share_link AS row")
        stored = await connection.fetchval("SELECT token_hash FROM share_link WHERE id = $1", link["id"])
    assert all(token not in record[0] for record in rows)
    assert token.encode() not in stored
    query = {"type": "share_link_created"}
    events = (await alice.http.get("/v1/admin/audit", params=query, auth=ADMIN)).json()["items"]
    details = {"link": link["id"], "target_type": "matrix", "target": link["target_id"]}
    assert events[0]["details"] == details
    assert token not in str(events)


async def test_a_read_only_key_shares_nothing(alice: Client) -> None:
    uid = await alice.create_matrix()
    key = (await alice.post("/v1/keys", {"name": "reads", "scopes": ["read"]})).json()["api_key"]
    body = {"target_type": "matrix", "target_id": uid}
    answer = await alice.http.post("/v1/share-links", json=body, headers={"X-API-Key": key})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {"target_type": "job", "target_id": NOWHERE},
        {"target_type": "matrix", "target_id": "x"},
        {"target_type": "matrix", "target_id": NOWHERE, "valid_days": 0},
        {"target_type": "matrix", "target_id": NOWHERE, "valid_days": 367},
        {"target_type": "matrix", "target_id": NOWHERE, "expires_at": "2999-01-01T00:00:00Z"},
    ],
)
async def test_a_link_without_a_noun_an_id_or_an_end_is_refused(alice: Client, body: dict[str, Any]) -> None:
    assert (await alice.post("/v1/share-links", body)).status_code == 400


async def test_a_link_that_is_opened_without_end_waits_and_others_do_not(
    app: Litestar, platform: Platform, alice: Client
) -> None:
    uid = await alice.create_matrix()
    busy, other = await _link(alice, "matrix", uid), await _link(alice, "matrix", uid)
    async with platform.db.connection() as connection:
        stored = await connection.fetchval("SELECT token_hash FROM share_link WHERE id = $1", busy["id"])
    # As after a rush of visits.
    for _ in range(VISITS.burst + 100):
        await platform.limiter.take(f"share:{stored.hex()}", VISITS)
    stranger = Visitor.of(app)

    statuses = {(await stranger.get(busy["path"])).status_code for _ in range(3)}
    assert 429 in statuses
    assert (await stranger.get(other["path"])).status_code == 200


async def test_the_page_makes_a_link_lists_it_and_revokes_it(app: Litestar, alice: Client) -> None:
    owner, stranger = Visitor.of(app), Visitor.of(app)
    await owner.sign_in(alice)
    uid = await alice.create_matrix()
    fields = {"target_type": "matrix", "target_id": uid, "valid_days": "7"}
    made = await owner.send("/app/share-links", f"/app/matrices/{uid}", **fields)
    (path,) = re.findall(r'id="issued">http://evalserve.test(/app/shared\?token=[\w-]+)<', made.text)
    assert (await stranger.get(path)).status_code == 200
    page = (await owner.get("/app/share-links")).text
    assert path not in page
    (link_id,) = re.findall(r"/app/share-links/([0-9a-f-]{36})/revoke", page)

    await owner.send(f"/app/share-links/{link_id}/revoke", "/app/share-links")

    assert (await stranger.get(path)).status_code == 404
    for wrong in ({"valid_days": "0"}, {"valid_days": "x"}, {"target_type": "job"}, {"valid_days": "-1"}):
        refused = await owner.send("/app/share-links", f"/app/matrices/{uid}", **{**fields, **wrong})
        assert refused.status_code == 400, wrong


async def test_hostile_names_are_texts_on_a_shared_page(app: Litestar, alice: Client) -> None:
    name = "<img src=x onerror=alert(1)>\"'</title><script>alert(2)</script>"
    body = {"actual_vector": [name, "b"], "predicted_vector": ["b", name], "name": name}
    uid = (await alice.post("/v1/matrices", body)).json()["uid"]
    link = await _link(alice, "matrix", uid)

    page = (await Visitor.of(app).get(link["path"])).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page
