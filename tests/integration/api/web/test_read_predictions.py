"""Files and lists that people bring to the pages: what is read, and what the page says of it."""

import html
from typing import Any

import httpx2
import pytest
from litestar import Litestar

from tests.actors import Client
from tests.integration.api.web.visitor import Visitor

NEW = "/app/matrices/new"


async def _visitor(app: Litestar, client: Client) -> Visitor:
    visitor = Visitor.of(app)
    await visitor.sign_in(client)
    return visitor


async def _upload(visitor: Visitor, data: bytes, path: str = NEW, **fields: Any) -> httpx2.Response:
    page = path
    token = await visitor.token(page)
    return await visitor.http.post(
        path, data={"form_token": token, **fields}, files={"file": ("predictions.csv", data, "text/csv")}
    )


async def _matrix(client: Client, answer: httpx2.Response) -> dict[str, Any]:
    assert answer.status_code == 303, html.unescape(answer.text)
    found: dict[str, Any] = (await client.get(f"/v1/matrices/{answer.headers['location'].rpartition('/')[2]}")).json()
    return found


@pytest.mark.parametrize(
    ("data", "fields", "classes", "counts"),
    [
        (b"true_label,predicted_label\ncat,cat\ndog,dog\ncat,dog\n", {}, ["cat", "dog"], [[1, 1], [0, 1]]),
        (b"y_Predicted,y_Actual\n1,0\n1,1\n1,0\n0,0\n", {}, [0, 1], [[1, 2], [0, 1]]),
        (b"001,1\n1,1\n", {"header": "no"}, ["001", "1"], [[0, 1], [0, 1]]),
        (b"a,b\na,a\n", {"order": "predicted-first", "header": "no"}, ["a", "b"], [[1, 0], [1, 0]]),
        (b"y_true;y_pred\n1;1,0\n0;0,0\n1;0,0\n", {}, [0, 1], [[1, 0], [1, 1]]),
        (b"y_true,y_pred,sample_weight\n1,1,10\n1,0,0.5\n", {}, [0, 1], [[0, 0], [0.5, 10]]),
    ],
)
async def test_an_uploaded_file_becomes_the_matrix_that_it_holds(
    app: Litestar,
    alice: Client,
    data: bytes,
    fields: dict[str, str],
    classes: list[Any],
    counts: list[list[float]],
) -> None:
    visitor = await _visitor(app, alice)

    matrix = await _matrix(alice, await _upload(visitor, data, **fields))

    assert (matrix["classes"], matrix["confusion_matrix"]) == (classes, counts)


async def test_pasted_prints_become_the_matrix_that_they_hold(app: Litestar, alice: Client) -> None:
    visitor = await _visitor(app, alice)

    answer = await visitor.send(NEW, page=NEW, actual="['red wine' 'cider']", predicted="['red wine', 'red wine']")

    matrix = await _matrix(alice, answer)
    assert (matrix["classes"], matrix["confusion_matrix"]) == (["cider", "red wine"], [[0, 1], [0, 1]])


async def test_the_page_of_a_weighted_matrix_counts_no_samples(app: Litestar, alice: Client) -> None:
    visitor = await _visitor(app, alice)

    made = await _upload(visitor, b"y_true,y_pred,sample_weight\n1,1,10\n1,0,0.5\n")
    page = (await visitor.get(made.headers["location"])).text
    plain = await _upload(visitor, b"y_true,y_pred\n1,1\n1,0\n")
    of_plain = (await visitor.get(plain.headers["location"])).text
    assert "<b>2</b><span>samples</span><small>their weight: 10.5</small>" in page
    assert "<span>Accuracy, weighted</span>" in page
    assert "<b>2</b><span>samples</span>" in of_plain
    assert "weighted" not in of_plain


async def test_the_page_says_what_was_taken_for_granted_and_no_other_page_does(app: Litestar, alice: Client) -> None:
    visitor = await _visitor(app, alice)

    guessed = await _upload(visitor, b"emu,rhea\ncat,cat\ndog,cat\n")
    page = await visitor.get(guessed.headers["location"])
    named = await _upload(visitor, b"y_true,y_pred\ncat,cat\ndog,cat\n")
    other = await visitor.get(named.headers["location"])

    assert "Nothing says whether the first row is a header: it was taken for a sample." in page.text
    assert "column 1 was taken for the actual labels and column 2 for the predicted ones" in page.text
    assert "was taken for" not in other.text
    stranger = await _visitor(app, alice)
    assert "was taken for" not in (await stranger.get(guessed.headers["location"])).text


async def test_a_notice_that_is_not_ours_says_nothing(app: Litestar, alice: Client) -> None:
    visitor = await _visitor(app, alice)
    uid = await alice.create_matrix()
    visitor.http.cookies.set("evalserve-notices", "first-row-sample.7_<b>_columns-unnamed.1_no-such_first-row-sample")

    page = (await visitor.get(f"/app/matrices/{uid}")).text

    assert page.count("<li>Nothing says whether the first row is a header: it was taken for a sample.</li>") == 1
    assert "<b>_columns" not in page
    assert page.count("column 1") == 0


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("y_true,y_pred\n秋,食\n".encode("shift_jis"), "file: Line 2: here are bytes that are not UTF-8 text"),
        (b"y_true,y_pred\na,b\nc\n", "file: Line 3: this row has 1 cell"),
        (b"y_true,y_pred\na,b\na,\xc2\x85c\n", "Line 3: the predicted label contains a control character"),
        (b"y_true,y_pred\na," + b"x" * 600 + b"\n", "Line 2: the predicted label has 600 characters"),
        (b"y_true,y_pred,sample_weight\na,b,1\na,b,1e10\n", "Line 3: the weight is 10000000000.0"),
    ],
)
async def test_a_refused_file_is_told_in_its_own_lines(app: Litestar, alice: Client, data: bytes, words: str) -> None:
    visitor = await _visitor(app, alice)

    answer = await _upload(visitor, data)

    assert answer.status_code == 400
    assert words in html.unescape(answer.text)
    assert "_vector" not in html.unescape(answer.text)


async def test_an_abridged_print_is_refused(app: Litestar, alice: Client) -> None:
    visitor = await _visitor(app, alice)

    answer = await visitor.send(NEW, page=NEW, actual="[0 1 1 ... 0 1 1]", predicted="[0 1 1 ... 0 1 1]")

    assert answer.status_code == 400
    assert "The list is abridged" in html.unescape(answer.text)


@pytest.mark.usefixtures("workers")
async def test_a_file_of_scores_becomes_curves_whose_classes_agree(app: Litestar, alice: Client) -> None:
    visitor = await _visitor(app, alice)

    answer = await _upload(visitor, b"label,score\n1,3e-17\n1,5e-17\n0,1e-17\n0,0.9\n", "/app/curves")
    job = await alice.final(answer.headers["location"].rpartition("/")[2])
    page = await visitor.get(answer.headers["location"])

    links = {artifact["name"]: artifact["url"] for artifact in job["artifacts"]}
    async with httpx2.AsyncClient() as anybody:
        result = (await anybody.get(links["curve.json"])).json()
    assert result["auc_trp"] == {"0": 0.5, "1": 0.5}
    assert 0.1 in result["thresholds"]
    assert result["best_thresholds"]["0"]["youden"]["threshold"] == 1.0
    assert page.status_code == 200


@pytest.mark.usefixtures("workers")
async def test_the_weights_in_a_file_of_scores_weigh_its_curves(app: Litestar, alice: Client) -> None:
    visitor = await _visitor(app, alice)
    data = b"y_true,prob_0,prob_1,sample_weight\n1,0.2,0.8,10\n0,0.7,0.3,1\n1,0.9,0.1,1\n0,0.4,0.6,5\n"

    answer = await _upload(visitor, data, "/app/curves")
    job = await alice.final(answer.headers["location"].rpartition("/")[2])

    links = {artifact["name"]: artifact["url"] for artifact in job["artifacts"]}
    async with httpx2.AsyncClient() as anybody:
        result = (await anybody.get(links["curve.json"])).json()
    assert result["auc_trp"] == {"0": pytest.approx(10 / 11), "1": pytest.approx(10 / 11)}


async def test_scores_without_names_say_whose_they_were_taken_for(app: Litestar, alice: Client) -> None:
    visitor = await _visitor(app, alice)

    answer = await _upload(visitor, b"dog;0,2;0,8\ncat;0,9;0,1\n", "/app/curves")

    assert answer.status_code == 303
    assert "sorted-classes" in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"label,score\n1,90\n0,20\n", "file: Line 2: the score 90 in “score” is not a probability from 0 to 1."),
        (b"label,a,b\na,0.5,0.5\nb,0.5,0.4\n", "Line 3: the row of probabilities sums to 0.9"),
        (b"y,0,1\n0,0.8,0.2\n0,0.9,0.1\n", "All samples are of the class “0”"),
    ],
)
async def test_refused_scores_are_told_as_they_were_written(
    app: Litestar, alice: Client, data: bytes, words: str
) -> None:
    visitor = await _visitor(app, alice)

    answer = await _upload(visitor, data, "/app/curves")

    assert answer.status_code == 400
    assert words in html.unescape(answer.text)
