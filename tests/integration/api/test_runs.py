"""A file comes in, a worker reads it, and everything about it is answered by name."""

import csv
import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.metrics import confusion_matrix, f1_score, roc_auc_score

from tests.actors import Client, stored_keys

pytestmark = pytest.mark.usefixtures("workers")

ROWS = [
    # id, truth, prediction, score of spam, country
    ("007", "spam", "spam", 0.91, "DE"),
    ("008", "ham", "ham", 0.12, "DE"),
    ("009", "ham", "spam", 0.97, "FR"),
    ("010", "spam", "ham", 0.33, "FR"),
    ("011", "ham", "spam", 0.55, "FR"),
    ("012", "ham", "ham", 0.08, "NA"),
]
HEADER = "sample_id,y_true,y_pred,prob_spam,country"
CSV = "\n".join([HEADER, *(",".join(map(str, row)) for row in ROWS)]).encode()


async def settled(alice: Client, answer: Any) -> Any:
    """The run of an answer, once it has been read."""
    assert answer.status_code == 202, answer.text
    return await alice.ended(f"/v1/runs/{answer.json()['id']}")


async def send(alice: Client, body: bytes, name: str = "x.csv", **fields: str) -> Any:
    files = {"file": (name, body, "application/octet-stream")}
    return await settled(alice, await alice.send("POST", "/v1/runs", files=files, data=fields))


async def read(alice: Client, run: Any, result: str, **query: Any) -> Any:
    answer = await alice.get(f"/v1/runs/{run['id']}/{result}", **query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_every_figure_of_a_csv_file_equals_those_of_scikit_learn(alice: Client) -> None:
    run = await send(alice, CSV, name="week 12.csv", model_name="filter")

    assert (run["status"], run["rows"], run["error"], run["questions"]) == ("ready", 6, None, [])
    assert {column["column"]: column["role"] for column in run["columns"]} == {
        "sample_id": "id",
        "y_true": "truth",
        "y_pred": "prediction",
        "prob_spam": "score",
        "country": "slice",
    }
    actual, predicted = [row[1] for row in ROWS], [row[2] for row in ROWS]
    matrix = await read(alice, run, "matrix")
    assert matrix["classes"] == ["ham", "spam"]
    assert matrix["confusion_matrix"] == confusion_matrix(actual, predicted).tolist()
    metrics = await read(alice, run, "metrics")
    assert metrics["overall"]["f1_macro"] == pytest.approx(f1_score(actual, predicted, average="macro"), abs=1e-15)
    area = roc_auc_score([label == "spam" for label in actual], [row[3] for row in ROWS])
    assert [entry["roc_auc"] for entry in metrics["classes"]] == pytest.approx([area, area], abs=1e-15)


async def test_every_metric_of_a_run_has_the_interval_that_a_matrix_of_its_counts_has(alice: Client) -> None:
    run = await send(alice, CSV)
    counts = await read(alice, run, "matrix")
    matrix = {"classes": counts["classes"], "counts": counts["confusion_matrix"]}
    uid = (await alice.send("POST", "/v1/matrices", json=matrix)).json()["uid"]
    expected = (await alice.get(f"/v1/matrices/{uid}/statistics")).json()["estimates"]

    metrics = await read(alice, run, "metrics")

    assert metrics["estimates"] == {
        name: estimate
        for metric_id, estimate in expected["overall"].items()
        if (name := metric_id.replace(".", "_")) in metrics["overall"]
    }
    ham = metrics["classes"][0]["estimates"]
    recall = {
        name: column[0] if name != "method" else column
        for name, column in expected["per_class"]["recall.class"].items()
    }
    assert ham["recall"] == recall
    assert (ham["roc_auc"]["value"], ham["roc_auc"]["method"]) == (metrics["classes"][0]["roc_auc"], "moderated-delong")
    assert ham["roc_auc"]["low"] < ham["roc_auc"]["value"] < ham["roc_auc"]["high"]
    french = await read(alice, run, "metrics", slice="country:FR")
    assert french["classes"][0]["estimates"]["roc_auc"] == {
        "value": None,
        "low": None,
        "high": None,
        "method": None,
        "reason": "the ROC AUC is measured of all samples only",
    }


async def test_a_slice_is_counted_by_its_own_rows(alice: Client) -> None:
    run = await send(alice, CSV)

    french = await read(alice, run, "matrix", slice="country:FR")
    assert (french["rows"], french["confusion_matrix"]) == (3, [[0, 2], [1, 0]])
    # A country and not a missing value.
    assert (await read(alice, run, "matrix", slice="country:NA"))["confusion_matrix"] == [[1, 0], [0, 0]]
    assert (await read(alice, run, "matrix", **{"class": "spam"}))["confusion_matrix"] == [[1, 1], [2, 2]]
    slices = await read(alice, run, "slices", metric="accuracy")
    assert [(s["column"], s["value"], s["support"], s["errors"], s["metric"]) for s in slices["items"]] == [
        ("country", "FR", 3, 3, 0.0),
        ("country", "DE", 2, 0, 1.0),
        ("country", "NA", 1, 0, 1.0),
    ]


async def test_errors_come_with_their_rows_the_most_confident_first(alice: Client) -> None:
    run = await send(alice, CSV)

    page = await read(alice, run, "errors", limit=2)
    assert [(sample["id"], sample["confidence"]) for sample in page["items"]] == [("009", 0.97), ("010", 0.67)]
    assert page["items"][0] == {
        "row": 3,
        "id": "009",
        "actual": "ham",
        "predicted": "spam",
        "confidence": 0.97,
        "scores": {"prob_spam": 0.97},
        "metadata": {"country": "FR"},
        "weight": None,
        "correct": None,
        "actual_labels": None,
        "predicted_labels": None,
    }
    rest = await read(alice, run, "errors", limit=2, cursor=page["next"])
    assert ([sample["id"] for sample in rest["items"]], rest["next"]) == (["011"], None)
    cell = await read(alice, run, "samples", actual="ham", predicted="ham", slice="country:DE")
    assert [sample["id"] for sample in cell["items"]] == ["008"]
    exported = await alice.get(f"/v1/runs/{run['id']}/errors.csv")
    assert [row["id"] for row in csv.DictReader(io.StringIO(exported.text))] == ["009", "010", "011"]


async def test_a_conjunction_of_slices_is_counted_from_the_rows(alice: Client) -> None:
    body = b"y_true,y_pred,country,device\na,a,DE,x\na,b,DE,y\nb,b,FR,x\nb,a,DE,x\n"
    run = await send(alice, body)

    matrix = await read(alice, run, "matrix", slice=["country:DE", "device:x"])
    assert (matrix["rows"], matrix["confusion_matrix"]) == (2, [[1, 0], [1, 0]])


async def test_columns_that_nothing_names_are_asked_for_and_counted_once_they_are_named(alice: Client) -> None:
    run = await send(alice, b"first,second\ncat,dog\ncat,cat\ndog,dog\n")

    assert (run["status"], run["rows"], run["links"]) == ("needs_mapping", None, {})
    assert [question["asks"] for question in run["questions"]] == ["header"]
    not_ready = await alice.get(f"/v1/runs/{run['id']}/matrix")
    assert (not_ready.status_code, not_ready.json()["code"]) == (409, "run-not-ready")

    named = {"truth": "first", "prediction": "second"}
    run = await settled(alice, await alice.send("PUT", f"/v1/runs/{run['id']}/columns", json=named))
    assert (run["status"], run["version"]) == ("ready", 2)
    matrix = await read(alice, run, "matrix")
    assert (matrix["version"], matrix["confusion_matrix"]) == (2, [[1, 1], [0, 1]])


async def test_the_positive_class_changes_without_reading_the_file_again(alice: Client) -> None:
    run = await send(alice, CSV, positive="spam")

    before = await read(alice, run, "metrics")
    changed = await alice.send("PATCH", f"/v1/runs/{run['id']}", json={"positive": "ham"})
    after = await read(alice, run, "metrics")

    assert (before["positive"], before["classes"][0]["label"]) == ("spam", "spam")
    assert (changed.json()["version"], changed.json()["status"]) == (1, "ready")
    assert (after["positive"], after["classes"][0]["label"], after["overall"]) == ("ham", "ham", before["overall"])
    unknown = await alice.send("PATCH", f"/v1/runs/{run['id']}", json={"positive": "eggs"})
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (400, "/positive")


def parquet() -> bytes:
    columns = zip(*ROWS, strict=True)
    names = HEADER.split(",")
    out = io.BytesIO()
    pq.write_table(pa.table({name: list(cells) for name, cells in zip(names, columns, strict=True)}), out)
    return out.getvalue()


async def test_parquet_and_rows_as_json_give_the_same_matrix_as_csv(alice: Client) -> None:
    names = HEADER.split(",")
    records = [dict(zip(names, row, strict=True)) for row in ROWS]
    data = {name: [record[name] for record in records] for name in names}
    runs = [await send(alice, CSV), await send(alice, parquet(), name="x.parquet")]
    runs += [
        await settled(alice, await alice.post("/v1/runs", body)) for body in ({"records": records}, {"data": data})
    ]

    assert [run["file"]["format"] for run in runs] == ["csv", "parquet", "jsonl", "json"]
    results = [
        [await read(alice, run, result) for result in ("matrix", "metrics", "slices", "samples")] for run in runs
    ]
    assert results[1:] == results[:1] * 3


@pytest.mark.parametrize(
    ("body", "code", "detail"),
    [
        (b"y_true,y_pred\na,b\na\n", "file-unreadable", "Line 3: this row has 1 cell"),
        (b"\x80\x04\x95.", "format-not-recognised", "a Python pickle"),
        (b"y_true,y_pred\na,b\n,b\n", "rows-invalid", "Row 2 (line 3), column “y_true”: there is no actual label"),
        (b"id,y_true,y_pred\n" + b"".join(b"%d,a,a\n" % (i % 12_000) for i in range(12_001)), "ids-duplicated", "“0”"),
        (b"index\tprediction\n0\ta\n1\tb\n", "no-truth", "no column that could hold the actual labels"),
        (b"y_true,y_true,y_pred\na,b,a\n", "columns-duplicated", "“y_true” and “y_true”"),
    ],
)
async def test_a_file_that_cannot_be_read_fails_with_the_place_and_keeps_nothing(
    alice: Client, body: bytes, code: str, detail: str
) -> None:
    run = await send(alice, body)

    assert (run["status"], run["error"]["code"], run["rows"]) == ("failed", code, None)
    assert detail in run["error"]["detail"]


async def test_runs_are_listed_and_found_by_their_owner_only(alice: Client, mallory: Client) -> None:
    first = await send(alice, CSV, tags='["week 12"]')
    second = await send(alice, b"first,second\ncat,dog\ncat,cat\n")

    assert [run["id"] for run in (await alice.get("/v1/runs")).json()["items"]] == [second["id"], first["id"]]
    tagged = (await alice.get("/v1/runs", tag="week 12")).json()["items"]
    ready = (await alice.get("/v1/runs", status="needs_mapping")).json()["items"]
    assert ([run["id"] for run in tagged], [run["id"] for run in ready]) == ([first["id"]], [second["id"]])
    for result in ("", "/matrix", "/metrics", "/slices", "/samples", "/errors", "/errors.csv", "/export"):
        assert (await mallory.get(f"/v1/runs/{first['id']}{result}")).json()["code"] == "run-not-found"
    assert (await mallory.delete(f"/v1/runs/{first['id']}")).status_code == 404


async def test_rows_of_json_that_take_megabytes_are_all_read(alice: Client) -> None:
    records = [
        {"id": str(number), "y_true": "cat", "y_pred": "cat" if number % 4 else "dog", "note": "x" * 400}
        for number in range(4000)
    ]

    run = await alice.make("/v1/runs", {"records": records})

    assert (run["status"], run["rows"]) == ("ready", 4000), run
    assert (await alice.get(f"/v1/runs/{run['id']}/matrix")).json()["confusion_matrix"] == [[3000, 1000], [0, 0]]


async def test_a_deleted_run_leaves_no_object_and_no_job(alice: Client, platform: Any) -> None:
    run = await send(alice, CSV)

    assert (await alice.delete(f"/v1/runs/{run['id']}")).status_code == 204

    assert (await alice.get(f"/v1/runs/{run['id']}")).status_code == 404
    assert (await alice.get(f"/v1/jobs/{run['job_id']}")).status_code == 404
    assert stored_keys(platform.storage, f"runs/{run['id']}/") == []
