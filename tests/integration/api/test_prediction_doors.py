"""Files, pasted prints and JSON that are easily read wrongly have the right figures by every way in, or a refusal."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest
from litestar import Litestar

from tests.actors import Client
from tests.integration.api.easily_misread import ABRIDGED, LABELS, PASTED, REFUSED_VECTORS, SCORES, UNREADABLE, VECTORS
from tests.integration.api.prediction_doors import Doors, Outcome, doors_of
from tests.integration.api.web.visitor import Visitor

pytestmark = pytest.mark.usefixtures("workers")


@pytest.fixture
async def doors(app: Litestar, alice: Client) -> Doors:
    """One account for all inputs."""
    return await doors_of(Visitor.of(app), alice)


async def _together(work: dict[str, Awaitable[Any]]) -> dict[str, Any]:
    """What each becomes; all are sent at once, since most of the time is waiting."""
    return dict(zip(work, await asyncio.gather(*work.values()), strict=True))


def _refusals(expected: dict[str, str], outcomes: dict[str, Outcome]) -> dict[str, str | None]:
    """What differs from the expected words."""
    said = {name: outcome.refused for name, outcome in outcomes.items()}
    return {name: text for name, text in said.items() if expected[name] not in (text or "")}


async def test_files_of_labels_have_one_matrix_by_form_and_as_a_run(doors: Doors) -> None:
    forms = await _together(
        {
            name: doors.form(case.data, **({} if case.header is None else {"header": case.header}))
            for name, case in LABELS.items()
        }
    )
    runs = await _together({name: doors.run(case.data, case.told) for name, case in LABELS.items()})

    right = {name: Outcome((case.classes, case.counts)) for name, case in LABELS.items()}
    assert forms == right
    assert {name: found[-1] for name, found in runs.items()} == right
    assert {name: found[0].asked for name, found in runs.items()} == {name: case.asked for name, case in LABELS.items()}


async def test_bytes_that_are_no_utf_8_are_refused_by_form_and_as_a_run(doors: Doors) -> None:
    forms = await _together({name: doors.form(data) for name, data in UNREADABLE.items()})
    runs = await _together({name: doors.run(data) for name, data in UNREADABLE.items()})

    words = dict.fromkeys(UNREADABLE, "Line 2: here are bytes that are not UTF-8 text")
    assert _refusals(words, forms) == {}
    assert _refusals(words, {name: found[0] for name, found in runs.items()}) == {}


async def test_files_of_scores_have_one_area_by_form_and_as_a_run(doors: Doors) -> None:
    forms = await _together({name: doors.curve_form(case.data) for name, case in SCORES.items()})
    runs = await _together({name: doors.run(case.data, case.told) for name, case in SCORES.items()})

    assert {name: found.areas for name, found in forms.items()} == {
        name: pytest.approx(case.areas, abs=1e-12) for name, case in SCORES.items()
    }
    # A run keeps the spelling of the labels: 1.0 where the header has 1.
    assert {name: _by_value(found[-1].areas) for name, found in runs.items()} == {
        name: pytest.approx(case.areas, abs=1e-12) for name, case in SCORES.items()
    }
    assert {name: found[0].asked for name, found in runs.items()} == {name: case.asked for name, case in SCORES.items()}


def _by_value(areas: dict[str, float] | None) -> dict[str, float]:
    return {label.removesuffix(".0"): area for label, area in (areas or {}).items()}


async def test_scores_of_which_there_is_no_curve_are_refused_in_the_words_of_the_file(doors: Doors) -> None:
    one_class, outside = b"y,0,1\n0,0.7,0.3\n0,0.6,0.4\n", b"label,score\n1,85\n0,15\n1,60\n"
    forms = await _together({"one class": doors.curve_form(one_class), "outside": doors.curve_form(outside)})
    runs = await _together({"one class": doors.run(one_class, {"truth": "y"}), "outside": doors.run(outside)})

    words = {"one class": "All samples are of the class “0”", "outside": "the score 85 in “score” is not a probability"}
    assert _refusals(words, forms) == {}
    assert runs == {
        "one class": [Outcome(asked="truth"), Outcome(([0, 1], [[2, 0], [0, 0]]))],
        "outside": [Outcome(asked="truth")],
    }


async def test_a_confusion_matrix_is_no_table_of_scores_by_any_way(doors: Doors) -> None:
    matrices = {
        "shares": ",elm,oak\nelm,0.9,0.1\noak,0.2,0.8\n",
        "counts": ",elm,oak\nelm,9,1\noak,2,8\n",
        "transposed": "predicted,elm,oak\nelm,9,2\noak,1,8\n",
        "totals": ",elm,oak,All\nelm,9,1,10\noak,2,8,10\nAll,11,9,20\n",
        "percents": ",elm,oak\nelm,90%,10%\noak,20%,80%\n",
    }
    forms = await _together({name: doors.curve_form(text.encode()) for name, text in matrices.items()})
    pastes = await _together({name: doors.curve_paste(text) for name, text in matrices.items()})
    runs = await _together({name: doors.run(text.encode()) for name, text in matrices.items()})

    words = dict.fromkeys(matrices, "this looks like a confusion matrix")
    assert (_refusals(words, forms), _refusals(words, pastes)) == ({}, {})
    assert {name: found[0].asked for name, found in runs.items()} == dict.fromkeys(matrices, "scores")
    scores = "y,elm,oak\nelm,0.9,0.1\noak,0.2,0.8\nelm,0.7,0.3\n"
    assert (await doors.curve_paste(scores)).areas == {"elm": 1.0, "oak": 1.0}


async def test_pasted_prints_have_the_matrix_of_their_lists(doors: Doors) -> None:
    found = await _together({name: doors.paste(*lists[:2]) for name, lists in PASTED.items()})
    refused = await _together({name: doors.paste(*lists) for name, lists in ABRIDGED.items()})

    assert found == {name: Outcome((classes, counts)) for name, (*_, classes, counts) in PASTED.items()}
    assert _refusals(dict.fromkeys(ABRIDGED, "The list is abridged"), refused) == {}


async def test_vectors_in_json_have_their_matrix_or_a_refusal(doors: Doors) -> None:
    found = await _together({name: doors.vectors(path, body) for name, (path, body, *_) in VECTORS.items()})
    refused = await _together(
        {name: doors.vectors("/v1/matrices", body) for name, (body, _) in REFUSED_VECTORS.items()}
    )

    assert found == {name: Outcome((classes, counts)) for name, (*_, classes, counts) in VECTORS.items()}
    assert _refusals({name: words for name, (_, words) in REFUSED_VECTORS.items()}, refused) == {}


async def test_columns_in_json_are_a_run_like_the_file_with_them(doors: Doors) -> None:
    found = await doors.run_of_json({"y_true": [True, False, True], "y_pred": [True, True, True]})
    texts = await doors.run_of_json({"actual": ["007", "008", "07"], "predicted": ["7", "008", "7"]})

    assert found.matrix == (["False", "True"], [[0, 1], [0, 2]])
    assert texts == Outcome((LABELS["zeros in front"].classes, LABELS["zeros in front"].counts))
