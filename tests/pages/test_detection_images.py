"""The images of a judged model in a real browser: a walk by keys, and counts that follow the confidence."""

import re

import pytest
from playwright.async_api import expect

from shared.kit.platform import Platform
from tests.actors import Team
from tests.detection_projects import FOUND, TRUTH, judge, judged_project
from tests.pages.payloads import PAYLOADS
from tests.pages.reader import Reader
from tests.pipelines import box

NAMES = [text for text in PAYLOADS if len(text) <= 200][:10]
HOSTILE = [box(name, None, (20 * n, 40, 15, 15)) for n, name in enumerate(NAMES)]


@pytest.mark.timeout(300)
async def test_images_are_walked_by_keys_and_the_counts_follow_the_confidence(
    reader: Reader, platform: Platform, site: str, axe: str, workers: Team
) -> None:
    assert workers["worker"].running
    crowded = [box("car", 0.5 + n / 1000, (n % 15 * 40, n // 15 * 40, 30, 30)) for n in range(150)]
    models = {"yolo_v8": [FOUND, TRUTH, HOSTILE, crowded]}
    truth = [TRUTH, TRUTH, HOSTILE, []]
    project_id, ids = await judged_project(platform, reader.client, models, truth)
    run = await judge(reader.client, project_id, "yolo_v8")
    page, gallery = reader.page, f"/app/detection-runs/{run['id']}/images"
    await reader.open(f"/app/detection-runs/{run['id']}")
    assert await reader.violations(axe) == []
    await page.get_by_role("link", name="Images, the most wrong first").click()
    await expect(page.locator(".gallery .states").first).to_have_text("0 FP, 2 FN, 1 TP")
    assert await reader.violations(axe) == []

    await page.get_by_label("Confidence from").fill("0.2")
    await page.get_by_label("Confidence from").press("Enter")
    await expect(page.get_by_text("confidence 0.2000")).to_be_visible()
    await page.locator(f'a[href*="{ids[0]}"]').click()
    await expect(page.get_by_text("2 of 4")).to_be_visible()
    assert await reader.violations(axe) == []
    standings = page.locator("[data-row]:not([hidden]) [data-standing]")
    assert sorted(await standings.all_inner_texts()) == ["FN", "FN", "FP", "FP", "TP", "found"]

    await page.locator("[data-row]").first.hover()
    await expect(page.locator(".judged.pointed-at")).to_have_attribute("class", "judged TP pointed-at")
    wide, narrow = page.locator(".labels.wide"), page.locator(".labels.narrow")
    await expect(wide).to_be_visible()
    await expect(narrow).to_be_hidden()
    await page.set_viewport_size({"width": 390, "height": 800})
    await expect(narrow).to_be_visible()
    await expect(wide).to_be_hidden()
    await page.set_viewport_size({"width": 1280, "height": 900})

    await page.get_by_label("Slide the confidence").fill("0.85")
    await expect(page.get_by_role("status")).to_have_text("From confidence 0.85: 1 TP, 0 FP, 2 FN")
    assert sorted(await standings.all_inner_texts()) == ["FN", "FN", "TP", "found"]
    await page.get_by_label("Slide the confidence").fill("0.95")
    await expect(page.get_by_role("status")).to_have_text("From confidence 0.95: 0 TP, 0 FP, 3 FN")

    await page.locator("h1").click()
    for key, place, image_id in (
        ("ArrowLeft", "1 of 4", ids[3]),
        ("ArrowRight", "2 of 4", ids[0]),
        ("ArrowRight", "3 of 4", ids[1]),
    ):
        # The script shows the slider, and listens to keys from then on.
        await expect(page.get_by_label("Slide the confidence")).to_be_visible()
        await page.keyboard.press(key)
        await expect(page.get_by_text(place)).to_be_visible()
        await expect(page).to_have_url(re.compile(f"{image_id}.*confidence=0.2"))
    for path in (gallery, f"{gallery}/{ids[2]}", f"/app/detection-runs/{run['id']}/differences"):
        await reader.open(path)
        assert not await reader.was_fooled(), path
        assert reader.outside(site) == [], path
        assert await reader.violations(axe) == [], path
    assert reader.dialogs == []
    # The images of this project have no pixels.
    assert [text for text in reader.complaints if "Failed to load resource" not in text] == []
