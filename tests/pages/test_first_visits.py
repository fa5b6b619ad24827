"""What a first visit transfers, as the browser counts it, and which visits are compressed."""

import random
from typing import Any

import pytest
from playwright.async_api import Browser, Route

from shared.kit.platform import Platform
from tests.actors import Client, Team
from tests.detection_projects import judge, judged_project
from tests.pages.reader import Reader
from tests.pipelines import box

# What a phone on a bad line takes in a second, without pictures.
MAX_BYTES = 80_000
# Of a run: so many samples, with the scores of all classes.
SAMPLES = 300


async def _run(client: Client, classes: int) -> str:
    """Create a run of classes that are often confused; return its page."""
    chance = random.Random(classes)
    names = [f"class {number:02}" for number in range(classes)]
    rows = SAMPLES + 4 * classes
    truth = names + chance.choices(names, k=rows - classes)
    predicted = [name if chance.random() < 0.6 else chance.choice(names) for name in truth]
    data: dict[str, Any] = {"y_true": truth, "y_pred": predicted, "country": chance.choices(["DE", "FR", "JP"], k=rows)}
    scores = [[chance.random() + (name == guess) for name in names] for guess in predicted]
    for at, name in enumerate(names):
        data[f"score_{name}"] = [round(row[at] / sum(row), 6) for row in scores]
    made = (await client.post("/v1/runs", {"data": data}, {"Prefer": "wait=20"})).json()
    return f"/app/runs/{made['id']}"


async def _detection_run(platform: Platform, client: Client) -> str:
    """Judge a model of 24 images of 60 objects each, of ten classes; return its page."""
    chance = random.Random(24)
    names = [f"class {number}" for number in range(10)]
    truth, found = [], []
    for _ in range(24):
        places = [(n % 10 * 60, n // 10 * 60, 20 + chance.random() * 30, 20 + chance.random() * 30) for n in range(60)]
        labels = chance.choices(names, k=60)
        truth.append([box(name, None, place) for name, place in zip(labels, places, strict=True)])
        guesses = [name if chance.random() < 0.7 else chance.choice(names) for name in labels]
        shifted = [tuple(value + chance.random() * 8 for value in place) for place in places]
        found.append(
            [
                box(name, round(0.3 + 0.7 * chance.random(), 3), place)
                for name, place in zip(guesses, shifted, strict=True)
            ]
        )
    project_id, _ = await judged_project(platform, client, {"yolo_v8": found}, truth)
    run = await judge(client, project_id, "yolo_v8")
    return f"/app/detection-runs/{run['id']}"


async def _visit(reader: Reader, browser: Browser, site: str, path: str) -> dict[str, float]:
    """Visit a page with an empty cache; return the bytes of each answer on the wire, but of images."""
    context = await browser.new_context(base_url=site)
    await context.add_cookies(await reader.page.context.cookies())  # type: ignore[arg-type] # the same, in other words
    page = await context.new_page()
    tools = await context.new_cdp_session(page)
    await tools.send("Network.enable")
    addresses: dict[str, str] = {}
    sizes: dict[str, float] = {}

    def began(event: dict[str, Any]) -> None:
        if event["type"] != "Image":
            addresses[event["requestId"]] = event["response"]["url"].removeprefix(site)

    def ended(event: dict[str, Any]) -> None:
        if event["requestId"] in addresses:
            sizes[addresses[event["requestId"]]] = event["encodedDataLength"]

    tools.on("Network.responseReceived", began)
    tools.on("Network.loadingFinished", ended)
    await page.goto(path)
    await page.wait_for_load_state("networkidle")
    await context.close()
    return sizes


@pytest.mark.timeout(300)
async def test_a_first_visit_of_a_large_page_transfers_80_kb_at_most(
    reader: Reader, browser: Browser, site: str, platform: Platform, workers: Team
) -> None:
    assert workers["worker"].running
    detection_run = await _detection_run(platform, reader.client)
    ten, sixty = await _run(reader.client, 10), await _run(reader.client, 60)
    for path in (ten, f"{ten}/suspects", sixty, detection_run, f"{detection_run}/images"):
        await reader.open(path)
        sizes = await _visit(reader, browser, site, path)
        assert path in sizes
        assert sum(sizes.values()) <= MAX_BYTES, (path, sizes)


async def test_a_page_that_another_site_leads_to_is_compressed_after_a_click_alone(reader: Reader, site: str) -> None:
    page, address = reader.page, f"{site}/app/runs/new"
    link, script = f'<a href="{address}">Runs</a>', f"<script>location.href = {address!r}</script>"
    bodies = {"http://elsewhere.test/link": link, "http://elsewhere.test/script": script}

    async def fulfil(route: Route) -> None:
        await route.fulfill(body=bodies[route.request.url], content_type="text/html")

    await page.route("http://elsewhere.test/*", fulfil)
    for url, is_compressed in zip(bodies, (True, False), strict=True):
        async with page.expect_response(address) as response:
            await page.goto(url, wait_until="commit")
            if is_compressed:
                await page.get_by_role("link").click()
        headers = await (await response.value).all_headers()
        await page.get_by_role("heading", name="New run").wait_for()

        assert (headers.get("content-encoding") == "gzip") is is_compressed, url
