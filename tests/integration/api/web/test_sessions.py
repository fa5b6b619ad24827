"""Who is signed in at the pages, and what nobody else can make of it."""

import asyncio
from http.cookies import SimpleCookie

import httpx2
import pytest
from litestar import Litestar

from shared.accounts import sessions
from shared.kit.platform import Platform
from tests.actors import Client
from tests.integration.api.web.visitor import Visitor
from tests.pipelines import add_image, create_analysis

PRIVATE = ["/app/matrices", "/app/matrices/new", "/app/jobs"]


@pytest.fixture
def visitor(app: Litestar) -> Visitor:
    return Visitor.of(app)


def _cookies(answer: httpx2.Response) -> dict[str, dict[str, str]]:
    found = {}
    for header in answer.headers.get_list("set-cookie"):
        for name, morsel in SimpleCookie(header).items():
            found[name] = {"value": morsel.value, **{key: value for key, value in morsel.items() if value}}
    return found


async def test_the_start_page_is_for_people_and_programs(visitor: Visitor) -> None:
    page = await visitor.get("/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "/docs" in page.text
    assert (await visitor.http.get("/")).json() == {"message": "Refer to /docs for API documentation."}


@pytest.mark.parametrize("path", PRIVATE)
async def test_who_is_not_signed_in_is_sent_to_the_form_and_back(visitor: Visitor, alice: Client, path: str) -> None:
    answer = await visitor.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/app/sign-in?next={path}")

    answer = await visitor.send("/app/sign-in", email=alice.email, password=alice.password, next=path)
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    assert (await visitor.get(path)).status_code == 200


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:1", "/"]
)
async def test_signing_in_leads_to_no_other_site(visitor: Visitor, alice: Client, elsewhere: str) -> None:
    answer = await visitor.send("/app/sign-in", email=alice.email, password=alice.password, next=elsewhere)
    assert answer.headers["location"] == "/"


async def test_a_wrong_password_opens_nothing(visitor: Visitor, alice: Client) -> None:
    answer = await visitor.send("/app/sign-in", email=alice.email, password="wrong")
    assert answer.status_code == 401
    assert "The e-mail address or the password is wrong." in answer.text
    assert (await visitor.get("/app/matrices")).status_code == 303


async def test_the_cookie_is_for_the_browser_alone(app: Litestar, alice: Client) -> None:
    plain, tls = Visitor.of(app), Visitor.of(app, "https")

    cookie = _cookies(await plain.sign_in(alice))["evalserve-session"]
    assert {key: cookie.get(key) for key in ("path", "httponly", "samesite", "secure", "domain")} == {
        "path": "/",
        "httponly": True,
        "samesite": "lax",
        "secure": None,
        "domain": None,
    }
    cookie = _cookies(await tls.sign_in(alice))["__Host-evalserve-session"]
    assert cookie["secure"]
    assert int(cookie["max-age"]) == 7 * 24 * 3600


async def test_signing_in_always_makes_a_new_session(app: Litestar, visitor: Visitor, alice: Client) -> None:
    # Somebody planted a session of their own choice, or a live one of theirs, into the browser.
    visitor.http.cookies.set("evalserve-session", "planted")
    first = _cookies(await visitor.sign_in(alice))["evalserve-session"]["value"]
    assert first != "planted"
    second = _cookies(await visitor.sign_in(alice))["evalserve-session"]["value"]
    assert second != first

    former = Visitor.of(app)
    former.http.cookies.set("evalserve-session", first)
    assert (await former.get("/app/matrices")).status_code == 303


async def test_after_signing_out_the_token_opens_nothing(app: Litestar, visitor: Visitor, alice: Client) -> None:
    token = _cookies(await visitor.sign_in(alice))["evalserve-session"]["value"]
    answer = await visitor.send("/app/sign-out", "/app/matrices")
    assert answer.status_code == 303
    assert "evalserve-session" not in visitor.http.cookies

    thief = Visitor.of(app)
    thief.http.cookies.set("evalserve-session", token)
    assert (await thief.get("/app/matrices")).status_code == 303


async def test_signing_out_everywhere_ends_the_other_browsers_sessions_too(app: Litestar, alice: Client) -> None:
    here, there = Visitor.of(app), Visitor.of(app)
    await here.sign_in(alice)
    await there.sign_in(alice)

    await here.send("/app/sign-out-everywhere", "/app/matrices")
    assert (await there.get("/app/matrices")).status_code == 303


async def test_a_session_ends_by_itself(visitor: Visitor, alice: Client, platform: Platform) -> None:
    await visitor.sign_in(alice)
    async with platform.db.connection() as connection:
        await connection.execute(
            "UPDATE session SET expires_at = now() - interval '1 second' FROM account "
            "WHERE account.id = session.account_id AND account.email = $1",
            alice.email,
        )
    assert (await visitor.get("/app/matrices")).status_code == 303


async def test_a_closed_account_s_sessions_open_nothing(visitor: Visitor, alice: Client, platform: Platform) -> None:
    await visitor.sign_in(alice)
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE account SET is_active = false WHERE email = $1", alice.email)
    assert (await visitor.get("/app/matrices")).status_code == 303


async def test_the_database_holds_no_token(visitor: Visitor, alice: Client, platform: Platform) -> None:
    token = _cookies(await visitor.sign_in(alice))["evalserve-session"]["value"]
    async with platform.db.connection() as connection:
        stored = [record["token_hash"] for record in await connection.fetch("SELECT token_hash FROM session")]
    assert sessions.digest(token) in stored
    assert all(token.encode() not in value for value in stored)


@pytest.mark.parametrize("path", ["/app/sign-in", "/app/sign-up", "/app/sign-out", "/app/matrices/new"])
async def test_a_form_that_is_not_of_this_session_is_refused(
    app: Litestar, visitor: Visitor, alice: Client, mallory: Client, path: str
) -> None:
    await visitor.sign_in(alice)
    other = Visitor.of(app)
    await other.sign_in(mallory)
    foreign = await other.token("/app/matrices")
    fields = {"email": alice.email, "password": alice.password, "actual": "a", "predicted": "a"}

    own = await visitor.token("/app/matrices")
    # Without its mask a token is not taken, nor a mask without its token, nor what is cut off or too long.
    cut = [own[:64], own[64:], own[:-1], own[:-2], own[2:], own + "00", f" {own[:-2]} "]
    wrong = ["", "ü", "0" * 64, "0" * 128, foreign, foreign[:64] + own[64:], own[:64] * 2, *cut]
    for token in ({}, *({"form_token": text} for text in wrong)):
        answer = await visitor.http.post(path, data={**fields, **token})
        assert answer.status_code == 403, (path, token)
        assert "This form belongs to another session" in answer.text
    assert (await alice.get("/v1/matrices")).json()["items"] == []
    assert (await visitor.get("/app/matrices")).status_code == 200


async def test_the_token_of_forms_differs_in_each_answer_and_stays_good(visitor: Visitor, alice: Client) -> None:
    await visitor.sign_in(alice)
    tokens = [await visitor.token("/app/matrices/new") for _ in range(3)]

    assert {len(token) for token in tokens} == {128}
    assert len({token[:64] for token in tokens}) == 3
    assert len({token[64:] for token in tokens}) == 3
    fields = {"actual": "a", "predicted": "a"}
    for token in tokens:
        assert (await visitor.http.post("/app/matrices/new", data={"form_token": token, **fields})).status_code == 303
    sent = await visitor.http.post("/app/matrices/new", data=fields, headers={"x-form-token": tokens[0]})
    assert sent.status_code == 303
    refused = await visitor.http.post("/app/matrices/new", data=fields, headers={"x-form-token": tokens[0][:64]})
    assert (refused.status_code, "This form belongs to another session" in refused.text) == (403, True)


async def test_a_form_from_before_signing_in_is_refused_afterwards(visitor: Visitor, alice: Client) -> None:
    before = await visitor.token()
    await visitor.sign_in(alice)
    answer = await visitor.http.post("/app/matrices/new", data={"form_token": before, "actual": "a", "predicted": "a"})
    assert answer.status_code == 403


async def test_no_page_is_kept_by_anybody(visitor: Visitor, alice: Client) -> None:
    await visitor.sign_in(alice)
    uid = await alice.create_matrix()
    for path in [*PRIVATE, f"/app/matrices/{uid}", f"/app/matrices/{uid}/statistics", "/app/sign-in", "/"]:
        answer = await visitor.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["cache-control"] == "no-store", path
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert "<script>" not in answer.text
        assert " style=" not in answer.text
        assert " onclick=" not in answer.text


async def test_somebody_else_s_matrix_is_nowhere(app: Litestar, alice: Client, mallory: Client) -> None:
    uid = await alice.create_matrix()
    job = await alice.submit("report", uid)
    visitor = Visitor.of(app)
    await visitor.sign_in(mallory)
    pages = [f"/app/matrices/{uid}", f"/app/matrices/{uid}/statistics", f"/app/matrices/{uid}/samples?row=0&column=0",
             f"/app/matrices/{uid}/export", f"/app/jobs/{job['id']}", f"/app/jobs/{job['id']}/events"]  # fmt: skip

    for path in pages:
        assert (await visitor.get(path)).status_code == 404, path
    for path in (f"/app/matrices/{uid}/delete", f"/app/matrices/{uid}/describe", f"/app/matrices/{uid}/jobs",
                 f"/app/jobs/{job['id']}/cancel"):  # fmt: skip
        assert (await visitor.send(path, "/app/matrices", name="mine")).status_code == 404, path
    assert (await alice.get(f"/v1/matrices/{uid}")).json()["name"] is None


async def test_somebody_else_s_images_and_endpoints_are_nowhere(
    app: Litestar, platform: Platform, alice: Client, mallory: Client
) -> None:
    image = await add_image(platform, alice)
    analysis = await create_analysis(alice, image)
    project = (await alice.get(f"/api/images/{image}")).json()["project_id"]
    key = (await alice.post("/v1/keys", {"name": "mine"})).json()["id"]
    endpoint = (await alice.post("/v1/webhooks/endpoints", {"url": "https://example.com/hook"})).json()["id"]
    own = await add_image(platform, mallory)
    visitor = Visitor.of(app)
    await visitor.sign_in(mallory)

    for path in (f"/app/projects/{project}", f"/app/images/{image}", f"/app/images/{image}/content",
                 f"/app/images/{image}/thumbnail", f"/app/images/{image}/analyses/{analysis}/export",
                 f"/app/images/{own}/analyses/{analysis}/export", f"/app/images/{own}/heatmaps/{analysis}/heat.png",
                 f"/app/webhooks/deliveries/{endpoint}"):  # fmt: skip
        assert (await visitor.get(path)).status_code == 404, path
    for path in (f"/app/projects/{project}/delete", f"/app/projects/{project}/images", f"/app/images/{image}/delete",
                 f"/app/images/{image}/restore", f"/app/account/keys/{key}/rotate", f"/app/account/keys/{key}/revoke",
                 f"/app/webhooks/endpoints/{endpoint}/delete",
                 f"/app/webhooks/endpoints/{endpoint}/rotate"):  # fmt: skip
        answer = await visitor.send(path, "/app/matrices", reason="it is not yours at all")
        assert answer.status_code == 404, path
    assert (await visitor.get(f"/app/images/{own}?first={analysis}")).status_code == 200
    assert (await alice.get(f"/api/images/{image}")).status_code == 200


async def test_a_mistake_in_the_address_is_a_page_and_not_a_fault_of_ours(visitor: Visitor, alice: Client) -> None:
    await visitor.sign_in(alice)
    uid = await alice.create_matrix()
    tried = {
        f"/app/matrices/{uid}?show=everything": 400,
        f"/app/matrices/{uid}?worst=x": 400,
        f"/app/matrices/{uid}/samples?row=7&column=0": 400,
        f"/app/matrices/{uid}/samples?row=-1&column=0": 400,
        f"/app/matrices/{uid}/export?format=pdf": 400,
        "/app/matrices?cursor=1": 400,
        "/app/matrices?name=%00": 400,
        "/app/matrices/nothing": 404,
        "/app/nothing": 404,
    }
    for path, status in tried.items():
        answer = await visitor.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8"), path


async def test_an_address_of_no_page_is_told_in_the_words_of_a_reader(visitor: Visitor, alice: Client) -> None:
    await visitor.sign_in(alice)
    page = (await visitor.get("/app/nothing")).text
    assert "<p>No page has this address." in page
    assert "route" not in page.lower()


async def test_two_browsers_sign_up_at_once_and_only_one_gets_the_address(app: Litestar) -> None:
    first, second = Visitor.of(app), Visitor.of(app)
    fields = {"email": "twice@example.com", "password": "correct horse"}
    answers = await asyncio.gather(first.send("/app/sign-up", **fields), second.send("/app/sign-up", **fields))
    assert sorted(answer.status_code for answer in answers) == [200, 409]


@pytest.mark.parametrize("path", ["/app/nothing", "/nothing/here", "/files/gone.html?token=x"])
async def test_the_page_of_a_problem_offers_signing_in_to_strangers_only(
    app: Litestar, alice: Client, path: str
) -> None:
    signed_in, stranger = Visitor.of(app), Visitor.of(app)
    await signed_in.sign_in(alice)

    pages = [(await visitor.get(path)).text for visitor in (signed_in, stranger)]

    assert ["Sign in" in page for page in pages] == [False, True]
    assert [">Overview</a>" in page for page in pages] == [True, False]
