"""Somebody at a browser judges a model, and follows its counts to the images."""

import json
import re
from html import unescape
from typing import Any

import pytest
from litestar import Litestar

from shared.kit.platform import Platform
from tests.actors import Client, eventually
from tests.detection_projects import FOUND, TRUTH, judge, judged_project
from tests.integration.api.web.visitor import Visitor
from tests.pipelines import box

pytestmark = pytest.mark.usefixtures("workers")

HOSTILE = "<i>cat"


@pytest.fixture
async def visitor(app: Litestar, alice: Client) -> Visitor:
    """Alice at her browser."""
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)
    return visitor


def links(page: str) -> dict[str, str]:
    """The addresses of links by their texts."""
    found = re.findall(r'<a [^>]*href="([^"]+)"[^>]*>\s*([^<]+?)\s*</a>', page)
    return {unescape(text): unescape(address) for address, text in found}


def drawn(page: str) -> list[tuple[str, str]]:
    """What the boxes of a page count as, and their left sides."""
    return re.findall(r'<g class="judged ([^"]*)">\s*<rect x="([\d.]+)"', page)


async def test_a_model_is_judged_and_every_count_leads_to_its_boxes(
    visitor: Visitor, platform: Platform, alice: Client
) -> None:
    odd = box(HOSTILE, 0.6, (200, 100, 40, 30))
    project_id, image_ids = await judged_project(
        platform, alice, {"yolo_v8": [[*FOUND, odd], TRUTH]}, [[*TRUTH, odd], TRUTH]
    )
    models = f"/app/projects/{project_id}/models"

    asked = {"model_name": "yolo_v8", "subject": "boxes", "profile": "coco", "profiles": "voc12", "name": "May"}
    made = await visitor.send(models, models, **asked)
    page = made.headers["location"]

    async def is_ready() -> bool:
        return "Confusion matrix" in (await visitor.get(page)).text

    await eventually(is_ready, deadline_s=120)
    shown = (await visitor.get(f"{page}?confidence=0.2")).text
    assert '<input type="hidden" name="sort" value="ap">' in (await visitor.get(f"{page}?sort=ap")).text
    wrong = (await visitor.get(links(shown)["2 false positives"])).text
    missed = (await visitor.get(links(shown)["2 false negatives"])).text
    (cell,) = re.findall(r'href="([^"]*actual=car&amp;predicted=bus[^"]*)"', shown)
    confused = (await visitor.get(unescape(cell))).text
    listed = (await visitor.get(models)).text
    others = (await visitor.get(f"{page}/differences?confidence=0.2")).text

    assert f'{page}/differences?profile=voc12&amp;iou=0.5&amp;confidence=0.2#boxes">voc12</a>' in others
    assert "every other box counts alike" in others
    assert HOSTILE not in shown + wrong + missed + listed
    assert "Profile <strong>coco</strong>" in shown
    assert f"{page}/differences?profile=voc12&amp;iou=0.5" in shown
    assert drawn(wrong) == [("found of-truth", "20"), ("FP", "20"), ("FP", "90")]
    assert drawn(missed) == [("FN of-truth", "50"), ("FP", "20"), ("FN of-truth", "20")]
    assert f"/app/images/{image_ids[0]}" in wrong
    assert f"/app/images/{image_ids[1]}" not in wrong
    assert drawn(confused) == [("found of-truth", "20"), ("FP", "20")]
    assert re.search(rf'href="{page}/images/{image_ids[0]}\?[^"]*kind=FP[^"]*#[0-9a-f-]{{36}}"', wrong)
    assert re.search(r'class="number">0\.\d+', listed)


async def test_what_cannot_be_judged_is_said_on_the_page(visitor: Visitor, platform: Platform, alice: Client) -> None:
    project_id, _ = await judged_project(platform, alice, {"yolo_v8": [FOUND]}, [TRUTH])
    run = await judge(alice, project_id, "yolo_v8")
    models = f"/app/projects/{project_id}/models"
    page = f"/app/detection-runs/{run['id']}"

    unheard = await visitor.send(models, models, model_name="unheard-of")
    masks = await visitor.send(models, models, model_name="yolo_v8", profile="voc07", subject="masks")
    answers = [
        await visitor.get(f"{page}?{query}") for query in ("iou=2", "class_name=eggs", "confidence=x", "kind=XX")
    ]

    assert (unheard.status_code, masks.status_code) == (400, 400)
    assert "No image has a completed analysis for both sides" in unheard.text
    assert [answer.status_code for answer in answers] == [400] * 4
    assert (await visitor.send(f"{page}/delete", page)).headers["location"] == f"{models}?notice=deleted"
    assert (await visitor.get(page)).status_code == 404


async def test_a_name_tags_and_notes_are_changed_on_the_page_and_too_long_ones_come_back(
    visitor: Visitor, platform: Platform, alice: Client
) -> None:
    project_id, _ = await judged_project(platform, alice, {"yolo_v8": [FOUND]}, [TRUTH])
    run = await judge(alice, project_id, "yolo_v8", tags=["old"])
    page = f"/app/detection-runs/{run['id']}"

    (seen,) = re.findall(r'name="seen" value="(\w+)"', (await visitor.get(page)).text)

    described = {"name": "Candidate of May", "tags": f"baseline, {HOSTILE},baseline,", "notes": f"night {HOSTILE}"}
    saved = await visitor.send(f"{page}/describe", page, **described)
    refused = await visitor.send(f"{page}/describe", page, name="May", tags="x" * 51, notes="kept")
    late = await visitor.send(f"{page}/describe", page, seen=seen, name="of another tab")
    searched = [(await visitor.get(f"/app/search?q={text}")).text for text in ("of%20MAY", "olo_v", run["id"])]
    shown = (await visitor.get(page)).text
    listed = (await visitor.get(f"/app/projects/{project_id}/models")).text

    assert (saved.status_code, saved.headers["location"]) == (303, f"{page}?notice=saved")
    read = (await alice.get(f"/v1/detection-runs/{run['id']}")).json()
    assert {name: read[name] for name in described} == described | {"tags": ["baseline", HOSTILE]}
    assert [text.count(f'<a href="{page}">') for text in searched] == [1, 1, 1]
    assert [text.count("<bdi>Candidate of May</bdi>") for text in (shown, listed)] == [1, 1]
    assert (refused.status_code, ">kept</textarea>" in refused.text) == (400, True)
    assert "use at most 20, of at most 50 characters each" in refused.text
    assert (late.status_code, "somebody saved other details" in late.text) == (400, True)
    assert f'value="{"x" * 51}"' in refused.text
    assert [page.count('<span class="tag"><bdi>baseline</bdi></span>') for page in (shown, listed)] == [1, 1]
    assert HOSTILE not in shown + listed + refused.text


async def test_nobody_else_reads_the_pages(app: Litestar, platform: Platform, alice: Client, mallory: Client) -> None:
    project_id, _ = await judged_project(platform, alice, {"yolo_v8": [FOUND]}, [TRUTH])
    run = await judge(alice, project_id, "yolo_v8")
    other = Visitor.of(app)
    await other.sign_in(mallory)

    paths = (f"/app/projects/{project_id}/models", f"/app/detection-runs/{run['id']}")
    assert [(await other.get(path)).status_code for path in paths] == [404, 404]
    assert (await other.send(f"{paths[1]}/describe", "/app/gates/new", tags="mine")).status_code == 404


async def test_a_file_says_which_classes_stand_above_others(
    visitor: Visitor, platform: Platform, alice: Client
) -> None:
    project_id, _ = await judged_project(platform, alice, {"yolo_v8": [FOUND]}, [TRUTH])
    models = f"/app/projects/{project_id}/models"
    tree = {"LabelName": "Entity", "Subcategory": [{"LabelName": "vehicle", "Subcategory": [{"LabelName": "car"}]}]}

    async def judge_with(content: bytes, profile: str = "openimages") -> Any:
        fields = {"form_token": await visitor.token(models), "model_name": "yolo_v8", "profile": profile}
        return await visitor.http.post(models, data=fields, files={"class_hierarchy": ("tree.json", content)})

    made = await judge_with(json.dumps(tree).encode())
    refused = [await judge_with(content) for content in (b"[]", b"{", b'{"LabelName": 1}', b"\xff", b"[" * 100_000)]
    misplaced = await judge_with(json.dumps(tree).encode(), "coco")

    assert made.status_code == 303, made.text
    run = await alice.get("/v1/detection-runs/" + made.headers["location"].rpartition("/")[2])
    assert run.json()["options"]["class_hierarchy"] == tree
    assert [(answer.status_code, "class_hierarchy" in answer.text) for answer in refused] == [(400, True)] * 5
    assert (misplaced.status_code, "class_hierarchy" in misplaced.text) == (400, True)
