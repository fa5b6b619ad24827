"""The forms of matrices and curves show the first rows before anything is counted, and what is confirmed is counted."""

import html
from typing import Any

import pytest
from litestar import Litestar

from tests.actors import Client
from tests.integration.api.web.visitor import Visitor

pytestmark = pytest.mark.usefixtures("workers")

MATRICES, CURVES = "/app/matrices/new", "/app/curves"


async def reviewed(app: Litestar, alice: Client, path: str, file: bytes | None = None, **fields: str) -> Any:
    """The run that a form makes, once its first rows were read, the page that shows them, and the visitor."""
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)
    data = {"form_token": await visitor.token(path), "review": "yes", **fields}
    files = None if file is None else {"file": ("week 12.csv", file, "text/csv")}
    answer = await visitor.http.post(path, data=data, files=files)
    assert answer.status_code == 303, html.unescape(answer.text)
    page = answer.headers["location"]
    run = await alice.ended(page.replace("/app/", "/v1/"))
    assert (run["status"], [question["asks"] for question in run["questions"]]) == ("needs_mapping", ["confirmation"])
    shown = await visitor.get(page)
    assert shown.status_code == 200, shown.text
    return run, html.unescape(shown.text), visitor


async def counted(alice: Client, visitor: Visitor, run: Any, **fields: Any) -> Any:
    """The run once the first rows were confirmed."""
    page = f"/app/runs/{run['id']}"
    assert (await visitor.send(f"{page}/columns", page, **fields)).status_code == 303
    return await alice.ended(f"/v1/runs/{run['id']}")


async def matrix(alice: Client, run: Any) -> list[list[int]]:
    assert run["status"] == "ready", run
    found: list[list[int]] = (await alice.get(f"/v1/runs/{run['id']}/matrix")).json()["confusion_matrix"]
    return found


async def test_a_file_of_labels_is_counted_once_its_columns_are_confirmed(app: Litestar, alice: Client) -> None:
    file = b"y_pred,y_true,site\ncat,dog,a\ncat,cat,b\n"
    details = {"name": "week 12", "tags": "hold-out", "data_set": "pets", "model_name": "m"}

    run, page, visitor = await reviewed(app, alice, MATRICES, file, **details)

    assert (run["name"], run["tags"], run["notes"], run["model_name"]) == (
        "week 12",
        ["hold-out"],
        "Data set: pets",
        "m",
    )
    assert "Nothing is counted yet." in page
    assert page.index("y_pred") < page.index("y_true") < page.index("site")
    assert await matrix(alice, await counted(alice, visitor, run)) == [[1, 0], [1, 0]]
    columns = {"column": ["y_pred", "y_true", "site"], "role": ["truth", "prediction", ""], "class": ["", "", ""]}
    assert await matrix(alice, await counted(alice, visitor, run, **columns)) == [[1, 1], [0, 0]]


async def test_a_first_row_is_what_the_form_says_that_it_is(app: Litestar, alice: Client) -> None:
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)
    data = {"form_token": await visitor.token(MATRICES), "review": "yes", "header": "no"}

    answer = await visitor.http.post(MATRICES, data=data, files={"file": ("x.csv", b"cat,cat\ndog,cat\n", "text/csv")})

    path = answer.headers["location"].replace("/app/", "/v1/")
    run = await alice.ended(path)
    # Nothing names the columns, which nobody guesses by their order.
    assert [question["asks"] for question in run["questions"]] == ["truth", "prediction"]
    assert (await alice.get(f"{path}/preview")).json()["rows"] == [["cat", "cat"], ["dog", "cat"]]


async def test_pasted_lists_are_shown_and_counted_once_they_are_confirmed(app: Litestar, alice: Client) -> None:
    run, page, visitor = await reviewed(app, alice, MATRICES, actual="[1, 0, 1]", predicted="1\n0\n0")

    assert ("actual" in page, "predicted" in page) == (True, True)
    assert (await alice.get(f"/v1/runs/{run['id']}/preview")).json()["classes"] == [
        {"label": "0", "actual": 1, "predicted": 2},
        {"label": "1", "actual": 2, "predicted": 1},
    ]
    assert await matrix(alice, await counted(alice, visitor, run)) == [[1, 0], [1, 1]]


async def test_what_was_taken_for_granted_of_pasted_lists_is_said(app: Litestar, alice: Client) -> None:
    _, page, _ = await reviewed(app, alice, MATRICES, actual="cat dog", predicted="cat cat")

    assert "Labels in one line were separated at the blanks" in page


@pytest.mark.parametrize("is_file", [True, False], ids=["a file", "a pasted table"])
async def test_scores_are_drawn_once_they_are_confirmed(app: Litestar, alice: Client, is_file: bool) -> None:
    table = "y_true,prob_yes\nyes,0.9\nno,0.2\nyes,0.6\nno,0.7\n"
    sent: dict[str, Any] = {"file": table.encode()} if is_file else {"text": table}

    run, _, visitor = await reviewed(app, alice, CURVES, title="four", **sent)

    ready = await counted(alice, visitor, run)
    assert (ready["name"], ready["status"]) == ("four", "ready")
    assert (await alice.get(f"/v1/runs/{run['id']}/curves")).json()["roc_auc"] == 0.75


@pytest.mark.parametrize(
    ("path", "fields", "said"),
    [
        (MATRICES, {"actual": "cat", "predicted": "cat\ndog"}, "There are 1 actual and 2 predicted labels"),
        (MATRICES, {}, "actual: paste at least one label."),
        (MATRICES, {"actual": "a", "predicted": "a", "model_version": "x" * 101}, "use at most 100 characters"),
        (CURVES, {"text": " "}, "Paste a table of labels and probabilities, or choose a file."),
    ],
    ids=["lengths", "nothing", "version", "no table"],
)
async def test_what_cannot_be_shown_is_refused_with_what_was_sent(
    app: Litestar, alice: Client, path: str, fields: dict[str, str], said: str
) -> None:
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)

    answer = await visitor.send(path, path, review="yes", **fields)

    assert answer.status_code == 400
    page = html.unescape(answer.text)
    assert said in page
    for text in fields.values():
        assert text.strip() in page
    assert (await alice.get("/v1/runs")).json()["items"] == []


async def test_sets_of_labels_stay_sets_where_their_first_rows_are_confirmed(app: Litestar, alice: Client) -> None:
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)
    file = b"id,y_true,y_pred,site\n1,cat|dog,cat,a\n2,dog,dog,b\n"
    sent = {"review": "true", "columns": '{"separator": "|"}'}
    made = await alice.send("POST", "/v1/runs", files={"file": ("x.csv", file)}, data=sent)
    await alice.ended(f"/v1/runs/{made.json()['id']}")
    columns = {"column": ["id", "y_true", "y_pred", "site"], "role": ["", "", "", "text"], "class": [""] * 4}

    run = await counted(alice, visitor, made.json(), **columns)

    assert (run["status"], run["task"], run["rows"]) == ("ready", "multilabel", 2)
    assert {column["column"]: column["role"] for column in run["columns"]}["site"] == "text"


async def test_scores_that_do_not_sum_to_one_are_offered_to_be_divided_by_their_sum(
    app: Litestar, alice: Client
) -> None:
    file = b"y_true,prob_cat,prob_dog\ncat,0.375,0.125\ndog,0.0625,0.1875\n"

    run, page, visitor = await reviewed(app, alice, CURVES, file)
    ready = await counted(alice, visitor, run, normalise="yes")
    again = (await visitor.get(f"/app/runs/{run['id']}/columns")).text
    samples = (await alice.get(f"/v1/runs/{run['id']}/samples")).json()["items"]

    assert "In 2 of 2 rows the scores do not sum to 1; nothing was normalised" in page
    assert 'name="normalise" value="yes">' in page
    divided = "The scores of each row were divided by their sum, as `normalise` says; in 2 of 2 rows they did not"
    assert (ready["normalised"], ready["notices"]) == (True, [f"{divided} sum to 1."])
    assert 'name="normalise" value="yes" checked>' in again
    assert sorted(sorted(one["scores"].values()) for one in samples) == [[0.25, 0.75], [0.25, 0.75]]
