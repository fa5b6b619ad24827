"""Runs of samples with any number of labels: metrics, slices, samples and errors over HTTP."""

import csv
import io
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, f1_score, hamming_loss, roc_auc_score
from sklearn.preprocessing import MultiLabelBinarizer

from tests.actors import Client
from tests.integration.api.test_paired_comparisons import compare, ended
from tests.integration.api.test_runs import CSV, read, send

pytestmark = pytest.mark.usefixtures("workers")

ROWS = [
    # id, truth, prediction, source
    ("a", ["cat", "dog"], ["cat", "dog"], "web"),
    ("b", ["cat"], ["cat", "owl"], "web"),
    ("c", [], [], "app"),
    ("d", ["owl"], ["dog"], "app"),
    ("e", ["dog", "owl"], ["owl"], "app"),
]
RECORDS = [{"id": i, "y_true": t, "y_pred": p, "source": s} for i, t, p, s in ROWS]
BODY = "\n".join(
    ["sample_id,y_true,y_pred,source", *(f"{i},{'|'.join(t)},{'|'.join(p)},{s}" for i, t, p, s in ROWS)]
).encode()


async def made(alice: Client) -> Any:
    run = await send(alice, BODY, columns='{"separator": "|"}')
    assert (run["status"], run["task"]) == ("ready", "multilabel"), run
    return run


def hot(rows: list[Any]) -> Any:
    binarizer = MultiLabelBinarizer(classes=["cat", "dog", "owl"])
    return tuple(binarizer.fit_transform([row[side] for row in rows]) for side in (1, 2))


async def test_metrics_equal_those_of_scikit_learn_whole_and_in_a_slice(alice: Client) -> None:
    run = await made(alice)

    for rows, query in ((ROWS, {}), (ROWS[2:], {"slice": "source:app"})):
        found = await read(alice, run, "metrics", **query)
        actual, predicted = hot(rows)
        assert found["rows"] == len(rows)
        assert found["overall"]["f1_micro"] == pytest.approx(f1_score(actual, predicted, average="micro"))
        assert found["overall"]["hamming_loss"] == pytest.approx(hamming_loss(actual, predicted))
        exact = sum(row[1] == row[2] for row in rows) / len(rows)
        assert found["overall"]["subset_accuracy"] == pytest.approx(exact)
    whole = await read(alice, run, "metrics")
    assert [(entry["label"], entry["support"], entry["predicted"]) for entry in whole["classes"]] == [
        ("cat", 2, 2),
        ("dog", 2, 2),
        ("owl", 2, 2),
    ]
    assert whole["estimates"]["subset_accuracy"]["method"] == "wilson"
    owl = await read(alice, run, "metrics", **{"class": "owl"})
    assert [(entry["label"], entry["recall"], entry["roc_auc"]) for entry in owl["classes"]] == [("owl", 0.5, None)]
    assert [*run["links"]] == ["metrics", "slices", "samples", "errors"]


async def test_slices_samples_errors_and_exports_have_the_sets(alice: Client) -> None:
    run = await made(alice)

    slices = await read(alice, run, "slices")
    assert (slices["metric"], slices["whole"]) == ("multilabel.subset_accuracy", pytest.approx(2 / 5))
    assert [(entry["value"], entry["support"], entry["errors"]) for entry in slices["items"]] == [
        ("app", 3, 2),
        ("web", 2, 1),
    ]
    by_loss = await read(alice, run, "slices", metric="multilabel.hamming_loss")
    assert [entry["metric"] for entry in by_loss["items"]] == pytest.approx([3 / 9, 1 / 6])
    errors = (await read(alice, run, "errors"))["items"]
    assert [(entry["id"], entry["actual_labels"], entry["predicted_labels"]) for entry in errors] == [
        ("b", ["cat"], ["cat", "owl"]),
        ("d", ["owl"], ["dog"]),
        ("e", ["dog", "owl"], ["owl"]),
    ]
    assert {(entry["actual"], entry["predicted"], entry["correct"]) for entry in errors} == {(None, None, None)}
    missed = (await read(alice, run, "samples", actual="owl"))["items"]
    assert [entry["id"] for entry in missed] == ["d", "e"]
    both = (await read(alice, run, "samples", actual="owl", predicted="dog", slice="source:app"))["items"]
    assert [entry["id"] for entry in both] == ["d"]
    exported = await alice.get(f"/v1/runs/{run['id']}/export", format="csv")
    lines = list(csv.DictReader(io.StringIO(exported.text)))
    assert [(line["id"], line["actual"], line["predicted"]) for line in lines][:3] == [
        ("a", '["cat","dog"]', '["cat","dog"]'),
        ("b", '["cat"]', '["cat","owl"]'),
        ("c", "[]", "[]"),
    ]


async def test_slices_by_two_columns_and_within_another_equal_those_of_scikit_learn(alice: Client) -> None:
    random = np.random.default_rng(4)
    actual, predicted = random.random((2, 240, 3)) < 0.5
    countries, ages = random.choice(["DE", "FR"], 240), random.integers(18, 80, 240)

    def cell(marks: Any) -> str:
        return "|".join(label for label, is_there in zip(("cat", "dog", "owl"), marks, strict=True) if is_there)

    lines = [
        f"s{at},{cell(actual[at])},{cell(predicted[at])},{countries[at]},{ages[at]},{'web' if at % 3 else 'app'}"
        for at in range(240)
    ]
    body = "\n".join(["sample_id,y_true,y_pred,country,age,source", *lines]).encode()
    run = await send(alice, body, columns='{"separator": "|"}')
    metric = "multilabel.f1.micro"

    found = await read(alice, run, "slices", by="country,age", bins="4", metric=metric, slice="source:web")

    web = np.arange(240) % 3 > 0
    assert found["whole"] == pytest.approx(f1_score(actual[web], predicted[web], average="micro"))
    assert len(found["items"]) == 8
    assert sum(entry["support"] for entry in found["items"]) == web.sum()
    values = [entry["metric"] for entry in found["items"]]
    assert values == sorted(values)
    for entry in found["items"]:
        country, age = (condition.partition(":")[2] for condition in entry["slice"])
        low, high = (float(bound) for bound in age.strip("[]()").split(","))
        is_last = age.endswith("]")
        own = web & (countries == country) & (ages >= low) & ((ages <= high) if is_last else (ages < high))
        assert entry["support"] == own.sum()
        assert entry["errors"] == (actual[own] != predicted[own]).any(axis=1).sum()
        assert entry["metric"] == pytest.approx(f1_score(actual[own], predicted[own], average="micro"))


async def test_columns_of_each_label_are_found_by_their_names(alice: Client) -> None:
    actual, predicted = hot(ROWS)
    names = [f"{side}_{label}" for side in ("true", "pred") for label in ("cat", "dog", "owl")]
    lines = [",".join(["sample_id", *names])]
    for row, *cells in zip(ROWS, actual, predicted, strict=True):
        lines.append(",".join([row[0], *(str(cell) for side in cells for cell in side)]))
    run = await send(alice, "\n".join(lines).encode(), columns='{"header": true}')

    assert (run["status"], run["task"]) == ("ready", "multilabel"), run
    assert [(column["role"], column["class_name"]) for column in run["columns"]][1:] == [
        (role, label) for role in ("truth", "prediction") for label in ("cat", "dog", "owl")
    ]
    other = await made(alice)
    assert (await read(alice, run, "metrics"))["overall"] == (await read(alice, other, "metrics"))["overall"]


async def test_what_needs_one_label_for_each_sample_is_refused(alice: Client) -> None:
    run, plain = await made(alice), await send(alice, CSV)

    for path in ("curves", "calibration", "thresholds"):
        answer = await alice.send("GET", f"/v1/runs/{run['id']}/{path}")
        assert (answer.status_code, answer.json()["code"]) == (409, "scores-missing"), path
    for path in ("matrix", "recalibration", "slices?metric=mcc", "slices?by=source&metric=mcc"):
        answer = await alice.send("GET", f"/v1/runs/{run['id']}/{path}")
        assert (answer.status_code, answer.json()["code"]) == (409, "task-unsupported"), path
    answer = await alice.send("GET", f"/v1/runs/{plain['id']}/slices?metric=multilabel.f1.micro")
    assert (answer.status_code, answer.json()["code"]) == (409, "task-unsupported")
    compared = await alice.post("/v1/comparisons", {"baseline": run["id"], "candidate": plain["id"]})
    assert (compared.status_code, compared.json()["code"]) == (409, "task-unsupported")
    failed = await send(alice, BODY, columns='{"separator": "|"}', positive="cat")
    assert (failed["status"], failed["error"]["code"]) == ("failed", "columns-contradictory")


async def test_a_preview_counts_the_labels_and_lists_of_json_are_read(alice: Client) -> None:
    run = await send(alice, BODY, columns='{"separator": "|"}', review="true")

    found = (await alice.get(f"/v1/runs/{run['id']}/preview")).json()

    assert found["classes"] == [{"label": label, "actual": 2, "predicted": 2} for label in ("cat", "dog", "owl")]


async def pictures(alice: Client, wrong: range) -> Any:
    """A run of 200 pictures of cats, every second with a dog, which some predictions miss."""
    lines = ["sample_id,y_true,y_pred,source"]
    for at in range(200):
        truth = "cat" if at % 2 else "cat|dog"
        lines.append(f"p{at},{truth},{'' if at in wrong else truth},{'web' if at % 3 else 'app'}")
    run = await send(alice, "\n".join(lines).encode(), columns='{"separator": "|"}')
    assert (run["status"], run["task"]) == ("ready", "multilabel"), run
    return run


async def test_two_runs_are_compared_and_their_flips_are_listed_by_label(alice: Client) -> None:
    baseline, candidate = await pictures(alice, range(60)), await pictures(alice, range(56, 70))

    made = await compare(alice, baseline["id"], candidate["id"], slices=["source"])

    assert made["options"]["metrics"] == ["multilabel.subset_accuracy", "multilabel.f1.micro", "multilabel.f1.macro"]
    found = made["result"]
    assert (made["verdict"], found["classes"]) == ("better", ["cat", "dog"])
    assert [(one["label"], one["samples"], one["broken"]) for one in found["flips_by_class"]] == [
        ("cat", 200, 10),
        ("dog", 100, 5),
    ]
    assert {one["metric"] for one in found["differences"] if one["slice"]} == {"multilabel.subset_accuracy"}
    path = f"/v1/comparisons/{made['id']}"
    broken = (await alice.send("GET", f"{path}/flips?kind=broken&class=dog")).json()["items"]
    assert [(flip["id"], flip["actual_labels"], flip["candidate_labels"]) for flip in broken] == [
        (f"p{at}", ["cat", "dog"], []) for at in range(60, 70, 2)
    ]
    for shown in ("report", "receipt"):
        assert (await alice.get(f"{path}/{shown}")).status_code == 200


async def test_a_gate_judges_one_label(alice: Client) -> None:
    better, worse = await pictures(alice, range(56, 70)), await pictures(alice, range(60))
    entry = {"metric": "multilabel.recall.class", "label": "dog"}
    gate = {"name": "pictures", "baseline": {"run_id": better["id"]}, "metrics": [{"metric": "accuracy"}, entry]}
    created = (await alice.post("/v1/gates", gate)).json()

    made = await alice.post(f"/v1/gates/{created['id']}/checks", {"candidate": worse["id"]})

    path = f"/v1/checks/{made.json()['id']}"
    await ended(alice, path, "ready")
    reasons = (await alice.get(path)).json()["result"]["reasons"]
    assert sorted((one["test"]["metric"], one["test"]["label"], one["outcome"]) for one in reasons) == [
        ("multilabel.recall.class", "dog", "fail"),
        ("multilabel.subset_accuracy", None, "fail"),
    ]


async def test_scores_of_a_label_have_curves_calibration_and_thresholds(alice: Client) -> None:
    random = np.random.default_rng(9)
    actual = random.random((80, 2)) < 0.5
    scores = np.round(np.clip(actual * 0.3 + random.random((80, 2)) * 0.7, 0, 1), 2)
    lines = ["sample_id,true_cat,pred_cat,true_dog,pred_dog,prob_cat,prob_dog,source"]
    for at, (truth, found) in enumerate(zip(actual, scores, strict=True)):
        sides = [int(side) for pair in zip(truth, found >= 0.5, strict=True) for side in pair]
        lines.append(",".join(map(str, [f"s{at}", *sides, *found, "web" if at % 2 else "app"])))
    run = await send(alice, "\n".join(lines).encode(), columns='{"header": true}')
    assert (run["status"], run["task"]) == ("ready", "multilabel"), run
    assert [*run["links"]] == [
        *("metrics", "slices", "samples", "errors", "curves", "calibration", "thresholds"),
    ]

    dogs, of_dogs, web = actual[:, 1], scores[:, 1], np.arange(80) % 2 == 1
    found = await read(alice, run, "curves", **{"class": "dog"})
    assert found["roc_auc"] == pytest.approx(roc_auc_score(dogs, of_dogs))
    assert found["average_precision"] == pytest.approx(average_precision_score(dogs, of_dogs))
    within = await read(alice, run, "curves", **{"class": "dog", "slice": "source:web"})
    assert within["roc_auc"] == pytest.approx(roc_auc_score(dogs[web], of_dogs[web]))
    calibration = await read(alice, run, "calibration", **{"class": "dog"})
    assert calibration["brier"] == pytest.approx(brier_score_loss(dogs, of_dogs))
    best = await read(alice, run, "thresholds", **{"class": "dog", "metric": "f1"})
    assert best["point"]["f1"] == pytest.approx(max(f1_score(dogs, of_dogs >= cut) for cut in np.unique(of_dogs)))
    classes = (await read(alice, run, "metrics"))["classes"]
    assert [entry["roc_auc"] for entry in classes] == pytest.approx(
        [roc_auc_score(actual[:, at], scores[:, at]) for at in (0, 1)]
    )
    (first, *_) = (await read(alice, run, "samples"))["items"]
    assert (first["id"], first["confidence"], first["scores"]) == (
        "s0",
        None,
        {"prob_cat": scores[0, 0], "prob_dog": scores[0, 1]},
    )
    unnamed = await alice.send("GET", f"/v1/runs/{run['id']}/curves")
    assert (unnamed.status_code, unnamed.json()["errors"][0]["pointer"]) == (400, "/class")
    cut = await alice.send("GET", f"/v1/runs/{run['id']}/samples?threshold=0.3&class=dog")
    assert (cut.status_code, cut.json()["code"]) == (409, "task-unsupported")
    ranged = await alice.send("GET", f"/v1/runs/{run['id']}/samples?min_score=0.3")
    assert (ranged.status_code, ranged.json()["code"]) == (409, "scores-missing")
    assert ranged.json()["detail"] == (
        "min_score: the scores of the run are of labels, not of what was predicted; leave it out."
    )
    assert (await compare(alice, run["id"], run["id"]))["verdict"] == "no_difference_shown"
