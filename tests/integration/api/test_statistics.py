import asyncio
import json
import math
from typing import Any

import numpy as np
import pycm
import pytest
from jsonschema import Draft202012Validator
from pycm.params import CI_CLASS_LIST, CI_OVERALL_LIST
from scipy.stats import binomtest
from sklearn.metrics import precision_recall_fscore_support
from statsmodels.stats.proportion import proportion_confint

from api.matrices import statistics
from tests.actors import Client

ACTUAL = ["cat", "dog", "cat", "bird", "dog", "cat", "bird", "dog"]
PREDICTED = ["cat", "dog", "dog", "bird", "cat", "cat", "bird", "dog"]


async def create(client: Client, **body: Any) -> str:
    answer = await client.post("/v1/matrices", body)
    assert answer.status_code == 201, answer.text
    uid: str = answer.json()["uid"]
    return uid


def as_null(value: Any) -> Any:
    if isinstance(value, tuple):
        halves = list(map(as_null, value))
        return None if halves == [None, None] else halves
    return None if value == "None" or (isinstance(value, float) and not math.isfinite(value)) else value


async def test_every_statistic_and_interval_is_pycms(alice: Client) -> None:
    uid = await alice.create_matrix(ACTUAL, PREDICTED)
    theirs = pycm.ConfusionMatrix(ACTUAL, PREDICTED)
    options: dict[str, Any] = {"alpha": 0.01, "binom_method": "wilson"}

    answer = await alice.get(f"/v1/matrices/{uid}/statistics", **options)

    assert answer.status_code == 200
    found = answer.json()
    del found["estimates"]
    assert found == {
        "uid": uid,
        "version": 1,
        "class_count": len(theirs.classes),
        "classes": theirs.classes,
        "overall": {name: as_null(value) for name, value in theirs.overall_stat.items()},
        "per_class": {
            name: [as_null(values[label]) for label in theirs.classes] for name, values in theirs.class_stat.items()
        },
        "intervals": {
            **options,
            "one_sided": False,
            "overall": {name: as_null(theirs.CI(name, **options)[1]) for name in CI_OVERALL_LIST},
            "per_class": {
                name: [as_null(theirs.CI(name, **options)[label][1]) for label in theirs.classes]
                for name in CI_CLASS_LIST
            },
        },
        "undefined": {},
    }


async def test_every_metric_has_one_interval_with_its_method(alice: Client) -> None:
    uid = await create(alice, classes=["no", "yes"], counts=[[192, 50], [31, 227]])

    found = (await alice.get(f"/v1/matrices/{uid}/statistics")).json()["estimates"]
    exact = (await alice.get(f"/v1/matrices/{uid}/statistics", proportion_method="clopper-pearson")).json()["estimates"]

    accuracy = found["overall"]["accuracy"]
    assert accuracy == {
        "value": 0.838,
        "low": pytest.approx(0.8031477342, abs=1e-9),
        "high": pytest.approx(0.8676982116, abs=1e-9),
        "method": "wilson",
        "reason": None,
    }
    assert exact["overall"]["accuracy"]["low"] == pytest.approx(proportion_confint(419, 500, method="beta")[0])
    assert exact["per_class"]["recall.class"]["method"] == "clopper-pearson"
    assert found["overall"]["kappa"]["method"] == found["per_class"]["mcc.class"]["method"] == "delta"
    assert found["overall"]["accuracy.p_value"]["value"] == pytest.approx(binomtest(419, 500, 0.516, "greater").pvalue)
    bends = "it bends where two counts are equal, and near the bend no normal approximation holds"
    assert found["overall"]["no_information_rate"]["reason"] == bends
    assert found["without_interval"]["overlap.class"] == bends
    assert not set(found["per_class"]) & set(found["without_interval"])
    bounds = proportion_confint([192, 227], [242, 258], method="wilson")
    assert [found["per_class"]["recall.class"][end] for end in ("low", "high")] == [pytest.approx(b) for b in bounds]


async def test_what_is_undefined_is_null(alice: Client) -> None:
    found = (await alice.get(f"/v1/matrices/{await alice.create_matrix([0, 0], [0, 1])}/statistics")).json()

    assert (found["per_class"]["TPR"], found["overall"]["TPR Macro"]) == ([0.5, None], None)
    assert found["undefined"]["TPR Macro"] == {
        "metric": "recall.macro",
        "reason": "class “1” never occurs",
        "classes": [1],
        "counted_as_zero": 0.25,
    }
    assert set(found["undefined"]) == {name for name, value in found["overall"].items() if value is None}
    assert found["intervals"]["per_class"]["TPR"][1] is None


async def test_weighted_statistics_are_scikit_learns(alice: Client) -> None:
    weights = [0.1, 0.2, 0.3, 1.5, 2.25, 0.7, 0.4, 3]
    uid = await create(alice, actual_vector=ACTUAL, predicted_vector=PREDICTED, sample_weight=weights)
    expected = precision_recall_fscore_support(ACTUAL, PREDICTED, sample_weight=weights)

    found = (await alice.get(f"/v1/matrices/{uid}/statistics")).json()

    for name, values in zip(("PPV", "TPR", "F1", "P"), expected, strict=True):
        assert found["per_class"][name] == pytest.approx(values.tolist()), name
    assert found["per_class"]["TP"] == [1.9, 0.8, 3.2]
    assert (found["overall"]["P-Value"], found["overall"]["ARI"]) == (None, None)


@pytest.mark.parametrize(
    ("query", "pointer", "detail"),
    [
        (
            {"alpha": 0.03},
            "/alpha",
            "alpha: two-sided intervals are available for 0.001, 0.002, 0.01, 0.02, 0.05, 0.1, 0.2.",
        ),
        (
            {"alpha": 0.02, "one_sided": "true"},
            "/alpha",
            "alpha: one-sided intervals are available for 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1.",
        ),
        ({"alpha": "nan"}, "/alpha", None),
        ({"alpha": "small"}, "/alpha", None),
        ({"one_sided": "perhaps"}, "/one_sided", None),
        ({"binom_method": "exact"}, "/binom_method", None),
    ],
)
async def test_an_unknown_interval_is_refused_by_name(
    alice: Client, query: dict[str, Any], pointer: str, detail: str | None
) -> None:
    answer = await alice.get(f"/v1/matrices/{await alice.create_matrix()}/statistics", **query)

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert detail in {None, answer.json()["detail"]}


async def test_one_sided_intervals_are_pycms(alice: Client) -> None:
    uid = await alice.create_matrix(ACTUAL, PREDICTED)
    theirs = pycm.ConfusionMatrix(ACTUAL, PREDICTED).CI("ACC", alpha=0.005, one_sided=True)

    answer = await alice.get(f"/v1/matrices/{uid}/statistics", alpha=0.005, one_sided="true")

    assert answer.json()["intervals"]["per_class"]["ACC"] == [
        list(theirs[label][1]) for label in ("bird", "cat", "dog")
    ]


async def test_statistics_are_sent_again_only_after_a_change(alice: Client) -> None:
    uid = await alice.create_matrix(ACTUAL, PREDICTED)
    path = f"/v1/matrices/{uid}/statistics"
    first = await alice.get(path)
    tag = first.headers["etag"]

    unchanged = await alice.get(path, {"If-None-Match": tag})
    in_a_list = await alice.get(path, {"If-None-Match": f'"other", W/{tag}'})
    other_level = await alice.get(path, {"If-None-Match": tag}, alpha=0.1)
    await alice.post(f"/cm/update?cm_uid={uid}", {"actual_vector": [1, 0], "predicted_vector": [1, 1]})
    changed = await alice.get(path, {"If-None-Match": tag})

    assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", tag)
    assert in_a_list.status_code == 304
    assert (other_level.status_code, changed.status_code) == (200, 200)
    assert (changed.json()["version"], changed.json()["classes"]) == (2, [0, 1])


@pytest.mark.parametrize(("rest", "query"), [("statistics", {}), ("export", {"format": "json"})])
async def test_figures_of_another_version_of_the_program_are_sent_again(
    alice: Client, monkeypatch: pytest.MonkeyPatch, rest: str, query: dict[str, Any]
) -> None:
    path = f"/v1/matrices/{await alice.create_matrix(ACTUAL, PREDICTED)}/{rest}"
    tag = (await alice.get(path, **query)).headers["etag"]

    monkeypatch.setattr(statistics, "__version__", "999.0")
    answer = await alice.get(path, {"If-None-Match": tag}, **query)

    assert answer.status_code == 200
    assert answer.headers["etag"] != tag


@pytest.mark.parametrize(
    ("rest", "query"),
    [("statistics", {}), ("samples", {}), *(("export", {"format": form}) for form in ("json", "html", "csv", "pycm"))],
)
async def test_nobody_elses_matrix_tells_anything(
    alice: Client, mallory: Client, rest: str, query: dict[str, str]
) -> None:
    uid = await alice.create_matrix(ACTUAL, PREDICTED)
    tag = (await alice.get(f"/v1/matrices/{uid}/statistics")).headers["etag"]

    for known in (uid, "nothing", "00000000-0000-7000-8000-000000000000"):
        answer = await mallory.get(f"/v1/matrices/{known}/{rest}", {"If-None-Match": tag}, **query)
        assert (answer.status_code, answer.json()["code"]) == (404, "matrix-not-found")
    without_key = await alice.http.get(f"/v1/matrices/{uid}/{rest}", params=query)
    assert (without_key.status_code, without_key.json()["code"]) == (401, "missing-api-key")


async def test_other_requests_are_answered_while_hundreds_of_classes_are_measured(alice: Client) -> None:
    counts = np.random.default_rng(0).integers(0, 50, (200, 200)).tolist()
    uid, small = await create(alice, classes=list(range(200)), counts=counts), await alice.create_matrix()

    measuring = asyncio.create_task(alice.get(f"/v1/matrices/{uid}/statistics"))
    answered = 0
    while not measuring.done():
        assert (await alice.get("/cm/", cm_uid=small)).status_code == 200
        answered += not measuring.done()

    found = json.loads((await measuring).content)
    assert answered > 2
    assert {len(values) for values in found["per_class"].values()} == {200}


async def test_what_is_answered_is_what_is_documented(alice: Client) -> None:
    document = (await alice.get("/openapi.json")).json()
    uid = await alice.create_matrix([1, 2, 2, 0.5, 1], [1, 2, 1, 1, 1])

    for name in ("statistics", "samples"):
        answer = (await alice.get(f"/v1/matrices/{uid}/{name}")).json()
        documented = document["paths"][f"/v1/matrices/{{uid}}/{name}"]["get"]["responses"]["200"]["content"]
        schema = documented["application/json"]["schema"] | {"components": document["components"]}
        assert [error.message for error in Draft202012Validator(schema).iter_errors(answer)] == []
        assert not Draft202012Validator(schema).is_valid({})


async def test_whole_weights_leave_a_matrix_without_intervals_too(alice: Client) -> None:
    body = {"actual_vector": [1, 0, 1, 0], "predicted_vector": [1, 1, 1, 0], "sample_weight": [10, 10, 10, 10]}
    uid = (await alice.post("/v1/matrices", body)).json()["uid"]

    intervals = (await alice.get(f"/v1/matrices/{uid}/statistics")).json()["intervals"]

    assert intervals["overall"] == {"Kappa": None, "Overall ACC": None}
