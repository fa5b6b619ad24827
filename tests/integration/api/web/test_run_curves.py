"""The charts of a run's scores come from one reading of them."""

import html
import json
import re

import pytest
from litestar import Litestar

from shared.kit.platform import Platform
from tests.actors import Client
from tests.integration.api.test_run_scores import binary
from tests.integration.api.test_runs import send
from tests.integration.api.web.visitor import Visitor

pytestmark = pytest.mark.usefixtures("workers")


@pytest.mark.parametrize("path", ["/app/runs/{}/curves", "/app/runs/{}/report"])
async def test_curves_reliability_and_histogram_are_one_request_of_the_rows(
    app: Litestar, alice: Client, platform: Platform, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    run = (await send(alice, binary(), positive="spam"))["id"]
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)
    read_range, ranges = platform.storage.read_range, list[str]()

    def noted(key: str, start: int, length: int) -> bytes:
        ranges.append(key.rpartition("/")[2])
        return read_range(key, start, length)

    monkeypatch.setattr(platform.storage, "read_range", noted)
    page = (await visitor.get(path.format(run))).text

    assert [title in page for title in ("ROC", "Precision and recall", "ECE")] == [True] * 3
    assert ranges == ["rows.parquet"]


async def test_the_slider_has_a_step_at_the_threshold_that_counts_as_the_matrix_does(
    app: Litestar, alice: Client
) -> None:
    run = (await send(alice, binary(), positive="spam"))["id"]
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)

    page = (await visitor.get(f"/app/runs/{run}/curves?threshold=0.4531")).text
    counted = (await alice.get(f"/v1/runs/{run}/matrix", threshold=0.4531)).json()["confusion_matrix"]

    steps = json.loads(html.unescape(re.findall(r'data-steps="([^"]*)"', page)[0]))
    assert [step for step in steps if step[0] == 0.4531] == [[0.4531, counted[1][1], counted[0][1]]]


async def test_an_area_without_an_interval_says_why(app: Litestar, alice: Client) -> None:
    data = {"y_true": ["spam", "ham", "ham"], "y_pred": ["spam", "ham", "ham"], "score_spam": [0.9, 0.2, 0.1]}
    run = (await alice.make("/v1/runs", {"data": data, "positive": "spam"}))["id"]
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)

    page = html.unescape((await visitor.get(f"/app/runs/{run}/curves")).text)

    assert re.findall(r"no interval: ([^)<]*)", page) == [
        "a side has fewer than two samples, or the run was read before spreads were kept",
        "fewer than two samples are of the class, or too few of the others",
    ]
