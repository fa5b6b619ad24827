"""A metric has one value and one interval, wherever one looks: in every answer and on every page of a run."""

import html
import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from litestar import Litestar

from shared.kit.number_format import value_text
from tests.actors import Client
from tests.integration.api.test_runs import read, send
from tests.integration.api.web.visitor import Visitor

pytestmark = pytest.mark.usefixtures("workers")

RANDOM = np.random.default_rng(19)
TRUTH = RANDOM.random(300) < 0.3
SCORES = (TRUTH + 2 * RANDOM.random(300)) / 3
ROWS = zip(np.where(TRUTH, "spam", "ham"), np.where(SCORES > 0.48, "spam", "ham"), SCORES, strict=True)
FILE = (
    "id,truth,prediction,score_spam\n" + "".join(f"s{at},{t},{p},{s}\n" for at, (t, p, s) in enumerate(ROWS))
).encode()

# Two bounds in a text.
BOUNDS = r"([0-9.]+) to ([0-9.]+)"


def estimates(answer: Any) -> Iterator[tuple[float, float, float]]:
    """Every value with two bounds in an answer, however deep."""
    if isinstance(answer, dict):
        numbers = [answer.get(name) for name in ("value", "low", "high")]
        if all(isinstance(number, int | float) for number in numbers):
            yield numbers[0], numbers[1], numbers[2]  # type: ignore[misc] # checked above
        for part in answer.values():
            yield from estimates(part)
    elif isinstance(answer, list):
        for part in answer:
            yield from estimates(part)


def words(page: str) -> str:
    """The text of a page without marks."""
    return html.unescape(" ".join(re.sub(r"<[^>]*>", " ", page).split()))


async def test_a_metric_has_the_same_interval_in_every_answer_and_on_every_page(app: Litestar, alice: Client) -> None:
    run = await send(alice, FILE, positive="spam", name="one")
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)
    metrics = await read(alice, run, "metrics")
    curves = await read(alice, run, "curves")
    spam = next(one["estimates"] for one in metrics["classes"] if one["label"] == "spam")
    expected = {
        "Accuracy": metrics["estimates"]["accuracy"],
        **{title: spam[name] for title, name in (("F1", "f1"), ("ROC AUC", "roc_auc"), ("Recall", "recall"))},
        "Average precision": curves["average_precision_estimate"],
    }
    assert len({one["value"] for one in expected.values()}) == len(expected)

    listed = (await alice.get("/v1/runs", sort="accuracy")).json()
    matrix = (await alice.post("/v1/matrices", {"classes": ["ham", "spam"], "counts": metrics_counts()})).json()
    answers = [
        metrics,
        curves,
        listed,
        await read(alice, run, "receipt"),
        (await alice.get(f"/v1/matrices/{matrix['uid']}/statistics")).json(),
    ]
    for answer in answers:
        for value, low, high in estimates(answer):
            for one in expected.values():
                if math.isclose(value, one["value"], rel_tol=1e-12):
                    assert (low, high) == pytest.approx((one["low"], one["high"]), abs=1e-9)
    assert sum(len([*estimates(answer)]) for answer in answers) > 50

    page = f"/app/runs/{run['id']}"
    shown = {
        path: words((await visitor.get(path)).text)
        for path in (page, f"{page}/curves", f"{page}/report", "/app/runs", f"/app/matrices/{matrix['uid']}/statistics")
    }
    found = 0
    for path, text in shown.items():
        for title, one in expected.items():
            figure = re.escape(value_text(one["value"]))
            for bounds in re.findall(rf"{figure}\D{{0,40}}?{BOUNDS}", text):
                assert bounds == (value_text(one["low"]), value_text(one["high"])), (path, title)
                found += 1
    assert found >= len(expected)


def metrics_counts() -> list[list[int]]:
    """The matrix of the file, as somebody would send it."""
    predicted = SCORES > 0.48
    return [[int((predicted[side] == way).sum()) for way in (False, True)] for side in (~TRUTH, TRUTH)]
