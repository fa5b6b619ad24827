"""The page of a run leads to the labels that are probably wrong, and its samples leave it as a file."""

import re

import pytest
from litestar import Litestar

from tests.actors import Client, eventually
from tests.integration.api.test_label_audit import CLASSES, LABELS, PROBABILITIES, TRUTH, WRONG
from tests.integration.api.test_run_scores import table
from tests.integration.api.web.test_run_pages import HOSTILE, cells, created
from tests.integration.api.web.visitor import Visitor

pytestmark = pytest.mark.usefixtures("workers")


@pytest.fixture
async def visitor(app: Litestar, alice: Client) -> Visitor:
    """Alice at her browser."""
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)
    return visitor


async def test_labels_that_are_probably_wrong_are_named_on_demand(visitor: Visitor, alice: Client) -> None:
    predicted = CLASSES[PROBABILITIES.argmax(axis=1)]
    header = "id,y_true,y_pred,prob_cat,prob_dog,prob_fox"
    text = table(header, range(len(LABELS)), CLASSES[LABELS], predicted, *PROBABILITIES.T)
    base = await created(visitor, alice, text.decode() if isinstance(text, bytes) else text)
    part = ""

    async def is_there() -> bool:
        nonlocal part
        part = (await visitor.get(f"{base}/suspects")).text
        return "are being looked at" not in part

    await eventually(is_there)

    assert f'href="{base}/suspects?"' in (await visitor.get(base)).text
    rows = [cells(part)[at : at + 5] for at in range(5, len(cells(part)), 5)]
    assert {(row[0], row[1], row[3]) for row in rows} == {
        (str(at), CLASSES[LABELS[at]], CLASSES[TRUTH[at]]) for at in WRONG
    }
    assert "3 of 300 labels" in part


async def test_the_verdict_comes_first_and_the_samples_of_a_cell_are_a_file(
    app: Litestar, visitor: Visitor, alice: Client, mallory: Client
) -> None:
    base = await created(visitor, alice, positive=HOSTILE)
    page = (await visitor.get(base)).text
    samples = (await visitor.get(f"{base}/samples?row=0&column=1")).text
    (address,) = re.findall(r'href="(/app/runs/[^"]+/samples.csv\?[^"]+)"', samples)
    file = await visitor.get(address.replace("&amp;", "&"))
    other = Visitor.of(app)
    await other.sign_in(mallory)

    lead = re.findall(r'<p class="lead">(.*?)</p>', page)[0]
    assert re.sub(r"<[^>]*>", "", lead) == (
        "17 of 20 samples are right; the most frequent error is &lt;b&gt;spam predicted as ham, "
        "2 of its samples (20.0 %)."
    )
    lines = file.text.splitlines()
    assert (file.headers["content-type"].partition(";")[0], len(lines)) == ("text/csv", 3)
    assert file.headers["content-disposition"].startswith('attachment; filename="run-')
    assert [line.split(",")[1:4] for line in lines[1:]] == [[f'"s{n}"', '"<b>spam"', '"ham"'] for n in (8, 9)]
    (ids,) = re.findall(r'<span id="sample-ids"\s+hidden>(.*?)</span>', samples, re.DOTALL)
    assert sorted(ids.split("\n")) == ["s8", "s9"]
    assert (await other.get(address)).status_code == 404
    assert (await other.get(f"{base}/suspects")).status_code == 404
