"""A judged model in a real browser: the counts follow the form, and whatever classes are called stays text."""

import re

import pytest
from playwright.async_api import expect

from shared.kit.platform import Platform
from tests.actors import Team
from tests.detection_projects import FOUND, TRUTH, judge, judged_project
from tests.pages.payloads import PAYLOADS
from tests.pages.reader import Reader
from tests.pipelines import box


async def test_the_counts_and_boxes_follow_the_form_and_the_address_follows_too(
    reader: Reader, platform: Platform, workers: Team
) -> None:
    assert workers["worker"].running
    project_id, _ = await judged_project(platform, reader.client, {"yolo_v8": [FOUND]}, [TRUTH])
    run = await judge(reader.client, project_id, "yolo_v8")
    page = reader.page
    await reader.open(f"/app/projects/{project_id}/models")
    await page.get_by_role("link", name="yolo_v8").click()
    await expect(page.locator("#samples h2")).to_have_text("False positives")

    await page.get_by_label("Confidence from").fill("0.2")
    await page.get_by_label("Confidence from").press("Enter")
    await expect(page.get_by_text("At IoU 0.5000 and confidence 0.2000:")).to_be_visible()
    await page.get_by_label("Show").select_option("FN")
    await expect(page.locator("#samples h2")).to_have_text("False negatives")
    await expect(page.locator(".sample .of-truth")).to_have_count(2)
    await expect(page).to_have_url(re.compile(r"confidence=0\.2.*kind=FN"))
    points = page.locator("a[data-point]")
    assert await points.count() == 34
    assert await page.locator('a[data-point][tabindex="0"]').count() == 1
    await points.first.focus()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowRight")
    await expect(points.nth(2)).to_be_focused()
    await page.keyboard.press("End")
    await expect(points.last).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#samples h2")).to_have_text("False positives")
    await page.locator("table.cells").get_by_role("link").nth(1).click()
    await expect(page.locator("#samples h2")).to_contain_text("truly")
    await page.get_by_label("Slide the confidence").fill("0.85")
    await expect(page.locator("#level")).to_contain_text("confidence 0.8500: 1 true positive, 0 false positives")
    await page.get_by_label("Slide the IoU").fill("0.95")
    await expect(page.locator("#level")).to_contain_text("At IoU 0.9500 and confidence 0.8500: 1 true positive")
    await page.get_by_role("link", name="Show the matrix and the boxes there").click()
    await expect(page).to_have_url(re.compile(r"iou=0\.95.*confidence=0\.85"))
    assert run["status"] == "ready"
    # The images of this project have no pixels.
    assert [text for text in reader.complaints if "Failed to load resource" not in text] == []


@pytest.mark.timeout(300)
async def test_classes_and_models_are_text(reader: Reader, platform: Platform, site: str, workers: Team) -> None:
    assert workers["worker"].running
    names = [text for text in PAYLOADS if len(text) <= 200][:30]
    truth = [box(name, None, (20 * n, 0, 15, 15)) for n, name in enumerate(names)]
    found = [box(name, 0.9, (20 * n, 0, 15, 15)) for n, name in enumerate(names[1:] + names[:1])]
    for some in (slice(0, 10), slice(0, 30)):
        project_id, _ = await judged_project(platform, reader.client, {"yolo_v8": [found[some]]}, [truth[some]])
        run = await judge(reader.client, project_id, "yolo_v8")
        for query in ("", "?kind=FN", "?kind=TP&confidence=0.5"):
            await reader.open(f"/app/detection-runs/{run['id']}{query}")
            assert not await reader.was_fooled(), query
            assert reader.dialogs == [], query
            assert reader.outside(site) == [], query
            assert [text for text in reader.complaints if "Content Security Policy" in text] == [], query
