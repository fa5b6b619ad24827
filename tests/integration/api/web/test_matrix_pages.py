"""The page of a matrix names its metrics as the catalogue does, and says why one has no value."""

import html
import re

from litestar import Litestar

from shared.kit.number_format import count_text
from tests.actors import Client
from tests.integration.api.web.visitor import Visitor

HOSTILE = "<b>dog"
REASON = "undefined, because class “<b>dog” is never predicted; 0.2500 if counted as 0"


async def test_a_macro_mean_without_a_value_has_its_reason_and_the_mean_with_zeros(
    app: Litestar, alice: Client
) -> None:
    uid = await alice.create_matrix(["cat", HOSTILE], ["cat", "cat"])
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)

    page = (await visitor.get(f"/app/matrices/{uid}")).text
    statistics = (await visitor.get(f"/app/matrices/{uid}/statistics")).text

    tiles = re.findall(r"<li><b>(.*?)</b><span>(.*?)</span></li>", page)
    assert tiles[:4] == [
        ("0.5000", "Accuracy"),
        ("—", "Precision (macro)"),
        ("0.5000", "Recall (macro)"),
        ("0.3333", "F1 (macro)"),
    ]
    assert f"Precision (macro): <bdi>{html.escape(REASON)}</bdi>." in page
    assert f'<span title="{html.escape(REASON)}">—</span>' in statistics
    assert HOSTILE not in page + statistics


async def test_the_area_of_labels_is_called_what_it_is(app: Litestar, alice: Client) -> None:
    uid = await alice.create_matrix(["cat", "dog"], ["cat", "cat"])
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)

    statistics = (await visitor.get(f"/app/matrices/{uid}/statistics")).text

    assert "Mean balanced accuracy of the classes<small>AUNU of labels</small>" in statistics
    assert re.findall(r"\b(?:ROC|AUC|AUN[UP])\b(?! of labels)", statistics) == []


async def test_a_comparison_says_when_a_value_is_undefined(app: Litestar, alice: Client) -> None:
    uids = [await alice.create_matrix(["cat", "dog"], ["cat", predicted]) for predicted in ("cat", "dog")]
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)

    page = (await visitor.get(f"/app/compare?uid={uids[0]}&uid={uids[1]}")).text

    row = re.search(r'<tr><th scope="row" class="name">Precision \(macro\).*?</tr>', page, re.DOTALL)
    assert row is not None
    assert re.findall(r"<span title=\"(.*?)\">—</span>", row[0]) == ["undefined: one class is never predicted"]


async def test_the_page_of_many_classes_shows_those_with_the_most_errors_or_around_one(
    app: Litestar, alice: Client
) -> None:
    labels = [f"class {code:04}" for code in range(1200)]
    body = {"actual_vector": labels, "predicted_vector": [*labels[1:61], *labels[60:]]}
    uid = (await alice.post("/v1/matrices", body)).json()["uid"]
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)

    page = (await visitor.get(f"/app/matrices/{uid}")).text
    around = (await visitor.get(f"/app/matrices/{uid}?around=class 0007")).text
    statistics = (await visitor.get(f"/app/matrices/{uid}/statistics")).text
    unknown = await visitor.get(f"/app/matrices/{uid}?around=class 7")

    assert f"The 40 classes with the most errors, of {count_text(1200)}." in page
    assert f"The class <bdi>class 0007</bdi> and those that are confused with it most, of {count_text(1200)}." in around
    assert sorted(set(re.findall(r"Actual (class \d+), predicted", around))) == [
        "class 0006",
        "class 0007",
        "class 0008",
    ]
    assert f"Of {count_text(1200)} classes {count_text(1000)} are shown" in statistics
    assert len(page) < 200_000
    assert unknown.status_code == 400
