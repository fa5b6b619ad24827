"""A receipt has what it takes to compute a result once more: hashes, columns, protocol, versions, seeds, figures."""

import hashlib
import json
from typing import Any

import pytest

from tests.actors import Client, eventually
from tests.files import upload_file

pytestmark = pytest.mark.usefixtures("workers")

HEADER = b"image,label,guess,score_spam,country\n"
ROWS = [b"i%d,%s,%s,%.2f,%s\n" % (
    at, b"spam" if at % 3 else b"ham", b"spam" if at % 4 else b"ham", 0.9 - at / 100, b"DE" if at % 2 else b"FR"
) for at in range(40)]  # fmt: skip
CONTENT = HEADER + b"".join(ROWS)
OTHER = HEADER + b"".join(row.replace(b",ham,0", b",spam,0") for row in ROWS)


async def create_run(alice: Client, content: bytes = CONTENT, **fields: Any) -> str:
    upload = await upload_file(alice, content)
    columns = {"truth": "label", "prediction": "guess", "id": "image", "scores": {"spam": "score_spam"}}
    answer = await alice.post("/v1/runs", {"upload_id": upload["id"], "columns": columns, **fields})
    assert answer.status_code == 202, answer.text
    return str((await alice.ready(answer.headers["location"]))["id"])


def digest(receipt: dict[str, Any]) -> str:
    fields = {name: value for name, value in receipt.items() if name != "sha256"}
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


async def test_the_receipt_of_a_run_has_its_file_its_columns_and_its_figures(alice: Client) -> None:
    run = await create_run(alice, name="naïve", model_name="m", model_version="1", positive="spam")

    receipt = (await alice.get(f"/v1/runs/{run}/receipt")).json()

    assert (receipt["format"], receipt["kind"], receipt["id"]) == ("evalserve-receipt-1", "run", run)
    assert receipt["sha256"] == digest(receipt)
    (side,) = receipt["sides"]
    (file,) = side["inputs"]
    assert (file["role"], file["size_bytes"], file["sha256"]) == (
        "predictions",
        len(CONTENT),
        hashlib.sha256(CONTENT).hexdigest(),
    )
    assert (side["role"], side["id"], side["version"], side["name"]) == ("run", run, 1, "naïve")
    assert (side["model_name"], side["model_version"], side["dataset"], side["reason"]) == ("m", "1", None, None)
    read = side["read"]
    assert [(column["column"], column["role"]) for column in read["columns"]] == [
        ("image", "id"),
        ("label", "truth"),
        ("guess", "prediction"),
        ("score_spam", "score"),
        ("country", "slice"),
    ]
    assert read["scores"] == [{"column": "score_spam", "label": "spam"}]
    assert (read["rows"], read["classes"], read["positive"], read["predicted_by"], read["has_ids"]) == (
        40,
        ["ham", "spam"],
        "spam",
        "column",
        True,
    )
    assert receipt["protocol"] == {"alpha": 0.05}
    assert receipt["computed_by"]["evalserve"] == "0.1.0"
    assert receipt["computed_by"]["seed"] is None
    metrics = (await alice.get(f"/v1/runs/{run}/metrics")).json()
    matrix = (await alice.get(f"/v1/runs/{run}/matrix")).json()["confusion_matrix"]
    figures = {(figure["metric"], figure["label"]): figure for figure in receipt["result"]["figures"]}
    assert receipt["result"]["confusion_matrix"] == matrix
    for metric, name in (("accuracy", "accuracy"), ("f1.macro", "f1_macro"), ("mcc", "mcc")):
        estimate = metrics["estimates"][name]
        assert {key: figures[metric, None][key] for key in estimate} == estimate
    spam = metrics["classes"][0]
    for name in ("precision", "recall", "f1", "roc_auc"):
        estimate = spam["estimates"][name]
        assert {key: figures[f"{name}.class", "spam"][key] for key in estimate} == estimate


async def test_a_joined_run_has_the_hashes_of_both_files_and_one_of_a_dataset_its_content(alice: Client) -> None:
    truth_bytes = b"image,label\n" + b"".join(b",".join(row.split(b",")[:2]) + b"\n" for row in ROWS)
    guesses = b"image,guess\n" + b"".join(row.split(b",")[0] + b"," + row.split(b",")[2] + b"\n" for row in ROWS)
    truth, predictions = await upload_file(alice, truth_bytes), await upload_file(alice, guesses)
    joined = {"upload_id": predictions["id"], "truth_upload_id": truth["id"]}
    run = (await alice.ready((await alice.post("/v1/runs", joined)).headers["location"]))["id"]
    dataset = (await alice.post("/v1/datasets", {"upload_id": truth["id"], "name": "Mails"})).json()["id"]
    shown = await alice.ready(f"/v1/datasets/{dataset}")
    of_dataset = {"upload_id": predictions["id"], "dataset_id": dataset}
    other = (await alice.ready((await alice.post("/v1/runs", of_dataset)).headers["location"]))["id"]

    first, second = [(await alice.get(f"/v1/runs/{each}/receipt")).json()["sides"][0] for each in (run, other)]

    hashes = [hashlib.sha256(data).hexdigest() for data in (guesses, truth_bytes)]
    assert shown["file_sha256"] == hashes[1]
    for side in (first, second):
        assert [(file["role"], file["sha256"]) for file in side["inputs"]] == [
            ("predictions", hashes[0]),
            ("truth", hashes[1]),
        ]
    assert (first["dataset"], second["dataset"]) == (
        None,
        {"id": dataset, "name": "Mails", "version": 1, "content_sha256": shown["content_sha256"]},
    )
    assert [(column["column"], column["role"]) for column in first["read"]["columns"]] == [
        ("image", "id"),
        ("guess", "prediction"),
        ("label", "truth"),
    ]


async def test_a_comparison_and_a_check_have_both_sides_the_rules_and_the_seed(alice: Client, mallory: Client) -> None:
    baseline, candidate = await create_run(alice), await create_run(alice, OTHER)
    asked = {"baseline": baseline, "candidate": candidate, "metrics": ["f1.macro", "accuracy"], "alpha": 0.1}
    comparison = await alice.ready((await alice.post("/v1/comparisons", asked)).headers["location"])
    policy = {"name": "release", "baseline": {"run_id": baseline}, "metrics": [{"metric": "mcc", "margin": 0.1}]}
    gate = (await alice.post("/v1/gates", policy)).json()
    made = await alice.post(f"/v1/gates/{gate['id']}/checks", {"candidate": candidate})
    check = await alice.ready(made.headers["location"])
    paths = [f"/v1/comparisons/{comparison['id']}/receipt", f"/v1/checks/{check['id']}/receipt"]

    of_comparison, of_check = [(await alice.get(path)).json() for path in paths]

    for receipt in (of_comparison, of_check):
        assert receipt["sha256"] == digest(receipt)
        assert receipt["computed_by"]["seed"] == 0
        assert [(side["role"], side["id"]) for side in receipt["sides"]] == [
            ("baseline", baseline),
            ("candidate", candidate),
        ]
        assert [side["inputs"][0]["sha256"] for side in receipt["sides"]] == [
            hashlib.sha256(data).hexdigest() for data in (CONTENT, OTHER)
        ]
    assert of_comparison["protocol"] == comparison["options"]
    assert of_comparison["result"] == comparison["result"]
    assert of_check["protocol"] == gate["policy"] | {
        "gate_id": gate["id"],
        "gate_name": "release",
        "gate_version": 1,
    }
    assert of_check["result"] == check["result"]
    assert [(await mallory.get(path)).status_code for path in paths] == [404, 404]

    await alice.delete(f"/v1/runs/{baseline}")
    left = (await alice.get(paths[1])).json()
    gone = left["sides"][0]
    assert (gone["role"], gone["reason"], gone["inputs"]) == ("baseline", "This version of the run was deleted.", [])


async def test_what_has_no_result_has_no_receipt(alice: Client) -> None:
    uids = [await alice.create_matrix(), await alice.create_matrix([1, 0, 1, 0, 0, 1], [1, 0, 1, 0, 0, 0])]
    sides = {"baseline": uids[0], "candidate": uids[1]}
    made = (await alice.post("/v1/comparisons", sides)).json()

    async def has_failed() -> bool:
        return bool((await alice.get(f"/v1/comparisons/{made['id']}")).json()["status"] == "failed")

    await eventually(has_failed, 60)
    refused = await alice.get(f"/v1/comparisons/{made['id']}/receipt")

    assert (refused.status_code, refused.json()["code"]) == (409, "comparison-not-ready")
    assert refused.json()["detail"] == "The comparison is failed, not ready."


async def test_matrices_are_compared_without_files(alice: Client) -> None:
    actual, predicted = [1, 0] * 20, [1, 0] * 19 + [0, 1]
    uids = [await alice.create_matrix(actual, predicted), await alice.create_matrix(actual, actual)]
    made = (await alice.post("/v1/comparisons", {"baseline": uids[0], "candidate": uids[1]})).json()
    await alice.ready(f"/v1/comparisons/{made['id']}")

    receipt = (await alice.get(f"/v1/comparisons/{made['id']}/receipt")).json()

    assert [(side["kind"], side["id"], side["reason"], side["read"]) for side in receipt["sides"]] == [
        ("matrix", uid, "A matrix has no file.", None) for uid in uids
    ]
