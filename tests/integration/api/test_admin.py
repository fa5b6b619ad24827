import httpx2
import pytest

from tests.actors import Client

ADMIN = ("root", "root's password")


async def test_administrators_see_all_accounts_and_no_key(alice: Client, mallory: Client) -> None:
    uid = await alice.create_matrix()

    answer = await alice.http.get("/users/", params={"limit": 1000}, auth=ADMIN)

    users = {user["email"]: user for user in answer.json()}
    assert answer.status_code == 200
    assert users[alice.email] == {
        "id": users[alice.email]["id"],
        "email": alice.email,
        "api_key": None,
        "credit": 0.0,
        "is_active": True,
        "cms": [{"uid": uid}],
    }
    assert users[mallory.email]["cms"] == []
    assert alice.key not in answer.text


async def test_administrators_see_all_matrices_in_pages(alice: Client) -> None:
    uids = [await alice.create_matrix() for _ in range(2)]

    everything: list[dict[str, str]] = []
    # The tests before this one may have left more than a page of them.
    while part := (await alice.http.get("/cms/", params={"skip": len(everything), "limit": 1000}, auth=ADMIN)).json():
        everything += part
    page = (await alice.http.get("/cms/", params={"skip": len(everything) - 2, "limit": 1}, auth=ADMIN)).json()

    assert [matrix["uid"] for matrix in everything[-2:]] == uids
    assert page == [(await alice.get("/cm/", cm_uid=uids[0])).json()]


@pytest.mark.parametrize("path", ["/users/", "/users", "/cms/", "/cms"])
@pytest.mark.parametrize("auth", [None, ("root", "wrong"), ("", ""), ("root's password", "root"), ("rööt", "x")])
async def test_nobody_else_sees_them(http: httpx2.AsyncClient, path: str, auth: tuple[str, str] | None) -> None:
    answer = await http.get(path, auth=auth)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic ")
    assert answer.json()["code"] == "not-administrator"


@pytest.mark.parametrize(
    "credentials", ["Basic", "Basic %%%", "Basic cm9vdA==", "Bearer x", "basic " + "A" * 10_000, "Basic \xe9"]
)
async def test_what_is_no_authentication_is_refused(http: httpx2.AsyncClient, credentials: str) -> None:
    answer = await http.get("/users/", headers={b"Authorization": credentials.encode("latin-1")})

    assert (answer.status_code, answer.json()["code"]) == (401, "not-administrator")


async def test_an_ordinary_key_does_not_administrate(alice: Client) -> None:
    assert (await alice.get("/users/")).status_code == 401


@pytest.mark.parametrize(
    "query", ["limit=abc", "limit=0", "limit=-1", "skip=-1", "skip=x", "limit=1.5", "limit=" + "9" * 5000]
)
async def test_bad_pages_are_refused(http: httpx2.AsyncClient, query: str) -> None:
    assert (await http.get(f"/users/?{query}", auth=ADMIN)).status_code == 400


@pytest.mark.parametrize("limit", [1001, 2**31, 99_999_999_999, 10**30])
async def test_a_page_is_never_larger_than_a_thousand(
    http: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    asked: list[int] = []

    async def remember(*_: object, skip: int, limit: int) -> list[object]:
        asked.append(skip + limit)
        return []

    monkeypatch.setattr("shared.accounts.list_all", remember)
    monkeypatch.setattr("shared.matrices.all_metrics", remember)

    answers = [await http.get(path, params={"limit": limit}, auth=ADMIN) for path in ("/users/", "/cms/")]

    assert ([answer.status_code for answer in answers], asked) == ([200, 200], [1000, 1000])
