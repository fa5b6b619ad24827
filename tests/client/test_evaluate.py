"""Whatever predictions are held in, they become a run with the same numbers; what cannot become one is said."""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event
from typing import Any

import evalserve
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from evalserve import cards
from evalserve.calls import runs, uploads
from evalserve.results.metric_ids import by_id
from sklearn.metrics import accuracy_score, f1_score, roc_auc_score

from shared.evaluation.metrics import CATALOGUE
from shared.runs import label_set_results, results
from tests.client.conftest import Account

COLUMNS: dict[str, list[Any]] = {
    "image": ["007", "008", "009", "010", "011", "012"],
    "label": ["spam", "ham", "ham", "spam", "ham", "ham"],
    "guess": ["spam", "ham", "spam", "ham", "spam", "ham"],
    "proba": [0.91, 0.12, 0.97, 0.33, 0.55, 0.08],
    "country": ["DE", "DE", "FR", "FR", "FR", "NA"],
}
ROLES: dict[str, Any] = {"y_true": "label", "y_pred": "guess", "y_score": "proba", "id": "image", "positive": "spam"}


def _csv(tmp_path: Path) -> Path:
    pd.DataFrame(COLUMNS).to_csv(tmp_path / "predictions.csv", index=False)
    return tmp_path / "predictions.csv"


async def test_weights_are_sent_as_scikit_learn_takes_them(account: Account) -> None:
    weights = [2.5, 0.5, 4.0, 0.0, 1.0, 3.0]
    vectors: dict[str, Any] = {"y_true": COLUMNS["label"], "y_pred": COLUMNS["guess"]}
    table = {**COLUMNS, "importance": weights}
    with account.client() as client:
        of_vectors = await asyncio.to_thread(lambda: client.evaluate(**vectors, sample_weight=np.array(weights)))
        of_table = await asyncio.to_thread(lambda: client.evaluate(table, **ROLES, sample_weight="importance"))

    right = accuracy_score(COLUMNS["label"], COLUMNS["guess"], sample_weight=weights)
    assert [run.metrics["accuracy"] for run in (of_vectors, of_table)] == pytest.approx([right, right])
    assert (of_vectors.weighted_by, of_table.weighted_by) == ("sample_weight", "importance")
    assert "6 samples, 2 classes, weighted by importance" in repr(of_table)
    assert "0.5" in of_table._repr_html_()


@pytest.mark.parametrize(
    "make",
    [
        lambda _: pd.DataFrame(COLUMNS),
        lambda _: pl.DataFrame(COLUMNS),
        lambda _: pl.LazyFrame(COLUMNS),
        lambda _: pa.table(COLUMNS),
        lambda _: COLUMNS,
        _csv,
        lambda tmp_path: str(_csv(tmp_path)),
    ],
    ids=["pandas", "polars", "lazy polars", "arrow", "dictionary", "path", "text path"],
)
async def test_a_table_becomes_a_run_with_scikit_learns_numbers(
    account: Account, tmp_path: Path, make: Callable[[Path], Any]
) -> None:
    data = make(tmp_path)
    with account.client() as client:
        run = await asyncio.to_thread(
            lambda: client.evaluate(data, **ROLES, slices=["country"], name="v2", model_name="filter")
        )
        slices = await asyncio.to_thread(run.slices, "country")
        errors = await asyncio.to_thread(run.errors)

    actual, predicted = COLUMNS["label"], COLUMNS["guess"]
    assert run.metrics["accuracy"] == pytest.approx(accuracy_score(actual, predicted))
    assert run.metrics["f1.macro"] == pytest.approx(f1_score(actual, predicted, average="macro"))
    assert run.classes[0]["label"] == "spam"
    assert run.classes[0]["roc_auc"] == pytest.approx(roc_auc_score(np.array(actual) == "spam", COLUMNS["proba"]))
    assert (run.name, run.rows, run.data["model_name"]) == ("v2", 6, "filter")
    assert {row["value"]: row["support"] for row in slices} == {"DE": 2, "FR": 3, "NA": 1}
    # The scores are of spam: ham with .33 is .67 of ham.
    assert [row["id"] for row in errors] == ["009", "010", "011"]
    frame = errors.to_pandas()
    assert dict(zip(frame["id"], frame["country"], strict=True)) == {"009": "FR", "010": "FR", "011": "FR"}


async def test_arrays_of_one_column_are_labels_and_scores_of_one_class(account: Account) -> None:
    sides: dict[str, Any] = {"y_true": np.array([[1], [0], [1], [0]]), "y_pred": np.array([[1], [0], [0], [0]])}
    with account.client() as client:
        run = await asyncio.to_thread(lambda: client.evaluate(**sides, y_score=np.array([[0.9], [0.2], [0.4], [0.1]])))

    assert (run.metrics["accuracy"], [one["roc_auc"] for one in run.classes]) == (0.75, [1.0, 1.0])


async def test_vectors_become_a_run(account: Account) -> None:
    with account.client() as client:
        run = await asyncio.to_thread(
            lambda: client.evaluate(
                y_true=pl.Series([0, 1, 1, 0]),
                y_score=np.array([0.2, 0.9, 0.4, 0.1]),
                slices={"country": pd.Series(["DE", "DE", "FR", "FR"])},
            )
        )

    assert run.classes[0]["label"] == 1
    assert run.matrix == [[2, 0], [1, 1]]
    assert run.classes[0]["roc_auc"] == pytest.approx(1.0)


async def test_probabilities_of_each_class_become_a_run(account: Account) -> None:
    scores = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.2, 0.5, 0.3]])
    with account.client() as client:
        run = await asyncio.to_thread(
            lambda: client.evaluate(y_true=["a", "b", "c"], y_score=scores, classes=["a", "b", "c"])
        )

    assert run.labels == ["a", "b", "c"]
    assert run.matrix == [[1, 0, 0], [0, 1, 0], [0, 1, 0]]


async def test_sets_of_labels_become_a_run_without_a_matrix(account: Account) -> None:
    table = {"y_true": ["a|b", "b", "a|c"], "y_pred": ["a", "b", "a|c"]}
    with account.client() as client:
        run = await asyncio.to_thread(
            lambda: client.evaluate(table, y_true="y_true", y_pred="y_pred", columns={"separator": "|"})
        )

    assert (run.labels, run.matrix) == (["a", "b", "c"], [])
    assert run.metrics["multilabel.subset_accuracy"] == pytest.approx(2 / 3)
    assert run.metrics["multilabel.f1.micro"] == pytest.approx(8 / 9)
    assert repr(run).splitlines()[0].endswith(": 3 samples, 3 classes")
    assert repr(run).splitlines()[1].startswith("multilabel.subset_accuracy 0.6667  multilabel.f1.micro 0.8889")
    assert "<caption>" not in run._repr_html_()
    assert "## Matrix" not in cards.markdown(run)


async def test_a_file_that_says_only_what_is_right_becomes_a_run(account: Account, tmp_path: Path) -> None:
    path = tmp_path / "right.csv"
    path.write_text("id,correct\n1,1\n2,0\n3,1\n")
    with account.client() as client:
        run = await asyncio.to_thread(
            lambda: client.evaluate(path, columns={"header": True, "correct": "correct", "id": "id"})
        )
        errors = await asyncio.to_thread(run.errors)

    assert run.metrics["accuracy"] == pytest.approx(2 / 3)
    assert run.metrics["f1.macro"] is None
    assert (run.labels, run.matrix, [row["id"] for row in errors]) == ([], [], ["2"])
    assert repr(run).splitlines()[0].endswith(": 3 samples")


async def test_indicators_of_labels_are_no_sets_of_zero_and_one(account: Account) -> None:
    truth, guess = np.array([[1, 0, 1], [0, 1, 0], [0, 0, 1]]), np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]])
    with account.client() as client:
        run = await asyncio.to_thread(
            lambda: client.evaluate(y_true=truth, y_pred=guess, classes=["cat", "dog", "bird"], tags="nightly")
        )

    assert run.metrics["multilabel.f1.macro"] == pytest.approx(f1_score(truth, guess, average="macro"))
    assert (sorted(run.labels), run.data["tags"]) == (["bird", "cat", "dog"], ["nightly"])


@pytest.mark.parametrize("make", [dict, pd.DataFrame], ids=["dictionary", "pandas"])
async def test_values_of_several_types_are_sent_as_text(account: Account, make: Callable[..., Any]) -> None:
    table = make({"label": [1, "b", 1], "guess": [1, "b", "b"], "country": ["DE", None, float("nan")]})
    with account.client() as client:
        run = await asyncio.to_thread(
            lambda: client.evaluate(table, y_true="label", y_pred="guess", slices=["country"])
        )
        slices = await asyncio.to_thread(run.slices, "country")

    assert (run.data["file"]["filename"], run.matrix) == ("table.csv.gz", [[1, 1], [0, 1]])
    assert {(row["value"], row["support"]) for row in slices} == {("DE", 1), ("", 2)}


async def test_an_asynchronous_client_says_the_same(account: Account) -> None:
    async with evalserve.AsyncClient(account.url, account.key) as client:
        run = await client.evaluate(COLUMNS, **ROLES)
        again = await client.get(run.id)
        errors = await again.errors(slice="country:FR", at_most=2)
        listed = await client.list()

    assert (again.metrics, again.matrix) == (run.metrics, run.matrix)
    assert len(errors) == 2
    assert [item["id"] for item in listed] == [run.id]


async def test_a_large_file_is_sent_in_parts_and_only_once(
    account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "MAX_FORM_BYTES", 100)
    path, sent = _csv(tmp_path), []
    with account.client() as client:
        first, second = [
            await asyncio.to_thread(
                lambda: client.evaluate(path, **ROLES, progress=lambda *bytes_sent: sent.append(bytes_sent))
            )
            for _ in range(2)
        ]

    size = path.stat().st_size
    assert sent == [(size, size)]
    assert first.id != second.id
    assert first.data["file"]["upload_id"] == second.data["file"]["upload_id"]
    assert first.matrix == second.matrix == [[2, 2], [1, 1]]


async def test_an_upload_goes_on_where_it_was_interrupted(
    account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, read, interrupted, is_over = tmp_path / "large.csv", uploads._read, Event(), Event()
    rows = (f"{number},{number % 2},{number % 3 % 2},{'x' * 100}\n" for number in range(100_000))
    path.write_text("id,y_true,y_pred,filler\n" + "".join(rows))
    seen: list[int] = []

    def read_first_part(path: Path, offset: int, size: int) -> bytes:
        # The parts are sent at once; the second does not arrive before the interruption.
        if offset and not interrupted.is_set():
            is_over.wait()
        return read(path, offset, size)

    def interrupt(sent: int, _: int) -> None:
        seen.append(sent)
        if len(seen) == 1:
            raise KeyboardInterrupt

    def upload(client: evalserve.Client) -> str:
        return client._connection.hold(uploads.upload(account.url, path, "large.csv", interrupt))

    monkeypatch.setattr(uploads, "_read", read_first_part)
    with account.client() as client:
        with pytest.raises(KeyboardInterrupt):
            upload(client)
        interrupted.set()
        upload_id = await asyncio.to_thread(upload, client)
    is_over.set()

    assert seen == [8 * 2**20, path.stat().st_size]
    assert upload_id
    assert list((tmp_path / "cache/evalserve").iterdir()) == []


async def test_what_the_columns_leave_open_is_asked(account: Account) -> None:
    with account.client() as client, pytest.raises(evalserve.NeedsMapping) as raised:
        await asyncio.to_thread(lambda: client.evaluate({"a": ["x", "y"], "b": ["x", "x"]}))

    assert {question["asks"] for question in raised.value.questions} >= {"truth"}
    assert "y_true" in str(raised.value)


@pytest.mark.parametrize(
    ("data", "options", "sentence"),
    [
        (COLUMNS, {"y_true": "lable"}, "The table has no column 'lable'. Did you mean 'label'?"),
        ({"a": [1, 2], "b": [1]}, {"y_true": "a"}, "All columns need a value for each sample: a has 2, b has 1."),
        (
            None,
            {"y_true": [1, 0], "y_pred": [1]},
            "All columns need a value for each sample: y_true has 2, y_pred has 1.",
        ),
        (None, {"y_pred": [1]}, "y_true is needed, and y_pred or y_score beside it."),
        (None, {"y_true": ["a", "b"], "y_score": [0.1, 0.2]}, "say which with positive="),
        (None, {"y_true": [0, 1], "y_score": [[0.1, 0.9], [0.2, 0.8]]}, "say which with classes="),
        (None, {"y_true": "abc", "y_pred": "abd"}, "y_true needs a value for each sample, and is a single str."),
        (None, {"y_true": [1, 0], "y_pred": 1}, "y_pred needs a value for each sample, and is a single int."),
        (None, {"y_true": [[0, 1], [1, 0]], "y_pred": [[0, 1], [1, 1]]}, "y_true has a column for each class"),
        (None, {"y_true": [1], "y_pred": [1], "slices": {"y_true": ["x"]}}, "A slice cannot be called 'y_true'"),
        (
            pd.DataFrame([[1, 0, 1]], columns=["y", "p", "y"]),
            {"y_true": "y"},
            "Two columns of the table are called",
        ),
        ({"y": ["a", "\ud800"], "p": ["a", "b"]}, {"y_true": "y", "y_pred": "p"}, "half of a character"),
        (object(), {"y_true": "a"}, "A object cannot be evaluated"),
        ("missing.csv", {"y_true": "a"}, "There is no file missing.csv."),
        ({"y": [0, None], "p": [0, 1]}, {"y_true": "y", "y_pred": "p"}, "there is no actual label"),
    ],
)
async def test_bad_input_is_refused_with_what_to_change(
    account: Account, data: Any, options: dict[str, Any], sentence: str
) -> None:
    with account.client() as client, pytest.raises(evalserve.InputRefused) as raised:
        await asyncio.to_thread(lambda: client.evaluate(data, **options))

    assert sentence in str(raised.value)


async def test_a_wrong_key_is_refused_and_never_shown(account: Account) -> None:
    key = "not-a-key-0123456789"
    with pytest.raises(evalserve.NotPermitted) as refused:
        await asyncio.to_thread(lambda: evalserve.Client(account.url, key).evaluate(COLUMNS, **ROLES))
    client = evalserve.Client(account.url, key)

    assert key not in str(refused.value) + repr(refused.value.problem) + repr(client._connection.configuration)


async def test_a_service_that_is_away_is_asked_again_and_then_given_up(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    with evalserve.Client("http://127.0.0.1:9", account.key) as client, pytest.raises(evalserve.ServiceUnavailable):
        client.evaluate(COLUMNS, **ROLES)

    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0]


async def test_a_run_is_shown_in_a_terminal_and_in_a_notebook(account: Account) -> None:
    hostile = {"label": ["<b>", "ham", "ham", "<b>", "ham", "ham"], "guess": ["<b>"] * 3 + ["ham"] * 3}
    with account.client() as client:
        run = await asyncio.to_thread(lambda: client.evaluate(hostile, y_true="label", y_pred="guess", name="<i>"))
        rows = await asyncio.to_thread(run.errors)

    assert repr(run).splitlines()[0] == "Run '<i>': 6 samples, 2 classes"
    assert repr(run).splitlines()[1].split()[::2] == ["accuracy", "balanced_accuracy", "f1.macro", "mcc"]
    assert repr(run).splitlines()[-1] == f"{account.url}/app/runs/{run.id}"
    assert "<b>Run &#x27;&lt;i&gt;&#x27;</b>" in run._repr_html_()
    assert "<th>&lt;b&gt;</th>" in run._repr_html_()
    assert "<td>&lt;b&gt;</td>" in rows._repr_html_()
    assert rows._repr_html_().count("<tr>") == 1 + len(rows) == 4
    assert type(rows)([{"id": "\x1b"}] * 60)._repr_html_().endswith("<p>and 10 more</p>")


def test_the_import_loads_no_http_and_no_table_library() -> None:
    program = (
        "import sys, evalserve; print(sorted({'httpx2', 'pandas', 'pyarrow', 'click', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=_with_path())

    assert done.stdout == "[]\n"


def _with_path() -> dict[str, str]:
    return {"PYTHONPATH": ":".join(sys.path)}


@pytest.mark.parametrize(
    ("task", "ids"),
    [
        ("classification", results.OVERALL),
        ("multilabel", [f"multilabel.{name}" for name in label_set_results.OVERALL]),
    ],
)
def test_metrics_have_the_ids_of_the_catalogue(task: str, ids: Sequence[str]) -> None:
    answered = {CATALOGUE[metric_id].plain_name.removeprefix("multilabel_"): at for at, metric_id in enumerate(ids)}

    assert list(by_id(answered, task)) == list(ids)
