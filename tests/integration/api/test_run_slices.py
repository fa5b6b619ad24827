"""Slices by two columns, by ranges of numbers, within other slices and at a threshold are counted by their own rows."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn import metrics

from tests.actors import Client
from tests.integration.api.test_run_scores import table
from tests.integration.api.test_runs import read, send

pytestmark = pytest.mark.usefixtures("workers")

_RNG = np.random.default_rng(12)
N = 1500
TRUTH = _RNG.integers(0, 2, N)
SCORES = np.round((TRUTH + _RNG.random(N) * 2) / 3, 3)
PREDICTED = (SCORES >= 0.5).astype(int)
COUNTRY = np.array(["DE", "FR", "US"])[_RNG.integers(0, 3, N)]
DEVICE = np.array(["ios", "web, old"])[_RNG.integers(0, 2, N)]
AGE = _RNG.integers(18, 90, N)
INCOME = _RNG.permutation(N) + 0.5
NOTE = np.array([f"note {number}" for number in range(N)])
BODY = table(
    "y_true,y_pred,prob_1,country,device,age,income,note",
    *(TRUTH, PREDICTED, SCORES, COUNTRY, np.char.add(np.char.add('"', DEVICE), '"'), AGE, INCOME, NOTE),
)


def found(page: Any) -> dict[tuple[str, ...], tuple[int, Any]]:
    return {tuple(one["slice"]): (one["support"], pytest.approx(one["metric"], abs=1e-12)) for one in page["items"]}


async def test_pairs_of_columns_are_sliced_worst_first(alice: Client) -> None:
    run = await send(alice, BODY)

    page = await read(alice, run, "slices", by="country,device", metric="accuracy", min_support=5)

    expected: dict[tuple[str, ...], tuple[int, Any]] = {}
    for country in ("DE", "FR", "US"):
        for device in ("ios", "web, old"):
            rows = (country == COUNTRY) & (device == DEVICE)
            value = metrics.accuracy_score(TRUTH[rows], PREDICTED[rows])
            expected[f"country:{country}", f"device:{device}"] = (int(np.count_nonzero(rows)), value)
    assert found(page) == expected
    ordered = [one["metric"] for one in page["items"]]
    assert (ordered, page["whole"]) == (sorted(ordered), pytest.approx(metrics.accuracy_score(TRUTH, PREDICTED)))
    assert page["items"][0]["column"] == "country, device"


async def test_a_slice_is_counted_by_what_it_says(alice: Client) -> None:
    run = await send(alice, BODY)

    page = await read(alice, run, "slices", by="device,income", bins=3, metric="recall.class")

    assert len(page["items"]) == 6
    for one in page["items"]:
        matrix = await read(alice, run, "matrix", slice=one["slice"])
        (_, _), (fn, tp) = matrix["confusion_matrix"]
        assert (matrix["rows"], tp / (tp + fn)) == (one["support"], pytest.approx(one["metric"], abs=1e-12))
    assert sum(one["support"] for one in page["items"]) == N


async def test_numbers_are_cut_into_ranges_of_about_equally_many(alice: Client) -> None:
    run = await send(alice, BODY)

    # Too many values to be slices, and all of them numbers.
    page = await read(alice, run, "slices", by="income")
    assert [one["support"] for one in page["items"]] == [150] * 10
    ages = await read(alice, run, "slices", by="age", bins=4)
    low, high = np.quantile(AGE, [0, 1]).astype(int).tolist()
    values = sorted(one["value"] for one in ages["items"])
    assert (len(values), values[0].split(",")[0], values[-1].split(",")[1]) == (4, f"[{low}", f"{high}]")
    refused = await alice.get(f"/v1/runs/{run['id']}/slices", by="note")
    assert (refused.status_code, refused.json()["code"]) == (409, "slices-not-available")
    assert "not all of them are numbers" in refused.json()["detail"]


async def test_slices_within_a_slice_and_at_a_threshold_follow_both(alice: Client) -> None:
    run = await send(alice, BODY)

    page = await read(alice, run, "slices", by="country", slice="age:[30,50)", threshold=0.6, metric="f1.class")

    expected: dict[tuple[str, ...], tuple[int, Any]] = {}
    within = (AGE >= 30) & (AGE < 50)
    for country in ("DE", "FR", "US"):
        rows = within & (country == COUNTRY)
        value = metrics.f1_score(TRUTH[rows], SCORES[rows] >= 0.6)
        expected[(f"country:{country}",)] = (int(rows.sum()), value)
    assert found(page) == expected
    assert page["whole"] == pytest.approx(metrics.f1_score(TRUTH[within], SCORES[within] >= 0.6), abs=1e-12)


AREA: Callable[..., float] = metrics.roc_auc_score


async def test_a_range_of_numbers_is_a_slice_everywhere(alice: Client) -> None:
    run = await send(alice, BODY)
    rows = (AGE >= 30) & (AGE < 50) & (DEVICE == "ios")
    both = ["age:[30,50)", "device:ios"]

    matrix = await read(alice, run, "matrix", slice=both)
    assert matrix["confusion_matrix"] == metrics.confusion_matrix(TRUTH[rows], PREDICTED[rows]).tolist()
    alone = await read(alice, run, "matrix", slice="age:[30,50)")
    assert alone["rows"] == np.count_nonzero((AGE >= 30) & (AGE < 50))
    curves = await read(alice, run, "curves", slice=both)
    assert curves["roc_auc"] == pytest.approx(AREA(TRUTH[rows], SCORES[rows]), abs=1e-12)
    calibration = await read(alice, run, "calibration", slice=both)
    assert calibration["brier"] == pytest.approx(metrics.brier_score_loss(TRUTH[rows], SCORES[rows]), abs=1e-12)
    errors = await read(alice, run, "errors", slice=both, limit=1000)
    wrong = np.flatnonzero(rows & (TRUTH != PREDICTED)) + 1
    assert sorted(sample["row"] for sample in errors["items"]) == wrong.tolist()


@pytest.mark.parametrize(
    ("route", "query", "sentence"),
    [
        ("matrix", {"slice": "age:[50,30)"}, "slice: no number is in “[50,30)”; write the lower bound first, such as"),
        ("curves", {"slice": "age:[30,30)"}, "slice: no number is in “[30,30)”"),
        ("samples", {"min_score": 0.9, "max_score": 0.1}, "max_score: no score is at least 0.9 and at most 0.1; "),
        ("thresholds", {"metric": "precision", "at_least": ".5"}, "at_least: expected a number or null, such as 0.5."),
    ],
)
async def test_what_no_sample_can_be_in_is_refused(
    alice: Client, route: str, query: dict[str, Any], sentence: str
) -> None:
    run = await send(alice, BODY)

    answer = await alice.get(f"/v1/runs/{run['id']}/{route}", **query)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["detail"].startswith(sentence)


async def test_a_column_of_ranges_is_sliced_by_its_texts(alice: Client) -> None:
    bands = np.char.add(np.char.add('"[', (AGE // 10 * 10).astype(str)), ',90)"')
    run = await send(alice, table("y_true,y_pred,band", TRUTH, PREDICTED, bands))

    listed = await read(alice, run, "slices", column="band", metric="accuracy")
    counted = [(await read(alice, run, "matrix", slice=f"band:{one['value']}"))["rows"] for one in listed["items"]]

    assert counted == [one["support"] for one in listed["items"]]
    assert sum(counted) == N


async def test_a_text_that_looks_like_a_range_is_selected_by_an_equals_sign(alice: Client) -> None:
    boxes = np.where(np.arange(N) % 3, '"[5,3]"', '"[3,5]"')
    run = await send(alice, table("y_true,y_pred,box,age", TRUTH, PREDICTED, boxes, AGE))
    support = {'"[5,3]"': int(np.sum(boxes == '"[5,3]"')), '"[3,5]"': int(np.sum(boxes == '"[3,5]"'))}

    listed = await read(alice, run, "slices", column="box", metric="accuracy")
    crossed = await read(alice, run, "slices", by="box", metric="accuracy")

    assert sorted(one["slice"] for one in listed["items"]) == [["box=[3,5]"], ["box=[5,3]"]]
    for one in (*listed["items"], *crossed["items"]):
        found = await read(alice, run, "matrix", slice=one["slice"])
        assert found["rows"] == one["support"] == support[f'"{one["value"]}"']
    both = await read(alice, run, "matrix", slice=["box=[5,3]", "age:[30,50)"])
    assert both["rows"] == np.count_nonzero((boxes == '"[5,3]"') & (AGE >= 30) & (AGE < 50))
    answer = await alice.get(f"/v1/runs/{run['id']}/matrix", slice="box:[5,3]")
    assert answer.json()["errors"][0]["detail"].endswith("or “box=[5,3]” where the value is this text.")


@pytest.mark.parametrize("numbers", [AGE, INCOME], ids=["few values", "many values"])
async def test_missing_numbers_are_a_slice_beside_the_ranges_of_the_others(alice: Client, numbers: Any) -> None:
    is_missing = np.arange(N) % 15 == 0
    cells = np.where(is_missing, "", numbers.astype(str))
    run = await send(alice, table("y_true,y_pred,country,number", TRUTH, PREDICTED, COUNTRY, cells))

    page = await read(alice, run, "slices", by="number", bins=3)

    assert sorted(one["value"][:1] for one in page["items"]) == ["", "[", "[", "["]
    assert sum(one["support"] for one in page["items"]) == N
    by_value = {one["value"]: one for one in page["items"]}
    right = metrics.accuracy_score(TRUTH[is_missing], PREDICTED[is_missing])
    assert (by_value[""]["support"], by_value[""]["metric"]) == (is_missing.sum(), pytest.approx(right, abs=1e-12))
    for one in page["items"]:
        matrix = await read(alice, run, "matrix", slice=one["slice"])
        assert matrix["rows"] == one["support"]
    pairs = await read(alice, run, "slices", by="country,number", bins=3)
    assert (len(pairs["items"]), sum(one["support"] for one in pairs["items"])) == (12, N)


@pytest.mark.parametrize(
    ("query", "pointer"),
    [({"by": "nobody"}, "/by"), ({"by": "age,age"}, "/by"), ({"threshold": 0.5}, "/threshold"), ({"bins": 4}, "/bins")],
)
async def test_slices_that_cannot_be_made_are_refused(alice: Client, query: dict[str, Any], pointer: str) -> None:
    run = await send(alice, BODY)

    answer = await alice.get(f"/v1/runs/{run['id']}/slices", **query)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)
