"""The main way through the pages: a file is dropped, its columns are named, the run is read, a cell is opened."""

import asyncio
import re

from playwright.async_api import Browser, Page, Route, expect

from tests.actors import Team, eventually
from tests.pages.payloads import PAYLOADS
from tests.pages.reader import Reader

TABLE = "\n".join(
    [
        "sample,first,second,score_spam,country",
        *(f"s{i},{'spam' if i % 2 else 'ham'},{'spam' if i % 3 else 'ham'},{i % 3 / 2},DE" for i in range(24)),
    ]
)
# Waits that end as soon as what they wait for is there.
PATIENCE_MS = 90_000


async def _drop(page: Page, name: str, text: str) -> None:
    """Drop a file onto the field, as a hand with a mouse does."""
    transfer = await page.evaluate_handle(
        """([name, text]) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([text], name, { type: "text/csv" }));
            return transfer;
        }""",
        [name, text],
    )
    await page.dispatch_event("[data-drop]", "drop", {"dataTransfer": transfer})


async def test_a_dropped_file_becomes_a_run_whose_cells_lead_to_rows(reader: Reader, workers: Team, axe: str) -> None:
    assert workers["worker"].running
    page = reader.page
    await reader.open("/app/runs/new")
    await _drop(page, "predictions.csv", TABLE)
    await page.get_by_label("Name", exact=True).fill("Dropped")
    await page.get_by_role("button", name="Create").click()
    await page.get_by_label("Role of first").wait_for(timeout=PATIENCE_MS)
    await page.get_by_label("Role of first").select_option(label="actual label")
    await page.get_by_label("Role of second").select_option(label="predicted label")
    await page.get_by_role("button", name="Count all rows").click()
    await expect(page.get_by_role("heading", name="Confusion matrix")).to_be_visible(timeout=PATIENCE_MS)

    await expect(page.locator("p.lead")).to_contain_text("12 of 24 samples are right")
    await page.locator("a[data-cell]").nth(1).click()
    samples = page.get_by_role("region", name="Samples")
    await expect(samples.locator("tbody tr")).to_have_count(8)
    await page.wait_for_load_state("networkidle")
    assert await page.locator("[aria-busy=true]").count() == 0
    async with page.expect_download() as download:
        await page.get_by_role("link", name="All as CSV").click()
    file = await (await download.value).path()
    assert len(file.read_text().splitlines()) == 9
    assert await reader.violations(axe) == []
    assert reader.complaints == []


async def test_a_part_that_takes_a_moment_has_a_skeleton_until_it_is_there(reader: Reader, workers: Team) -> None:
    assert workers["worker"].running
    body = {"data": {"y_true": ["a", "b"] * 6, "y_pred": ["a", "b", "b", "a"] * 3, "score_a": [0.1, 0.9] * 6}}
    run = (await reader.client.post("/v1/runs", body, {"Prefer": "wait=20"})).json()["id"]
    page = reader.page
    go_on = asyncio.Event()

    async def hold(route: Route) -> None:
        await go_on.wait()
        await route.continue_()

    await page.route(re.compile(r"/curves(\?|$)"), hold)
    await page.goto(f"/app/runs/{run}")
    curves = page.locator("#curves")
    await expect(curves).to_have_attribute("aria-busy", "true", timeout=PATIENCE_MS)

    async def is_shown() -> bool:
        return bool(await curves.evaluate("it => getComputedStyle(it, '::after').opacity === '0.7'"))

    await eventually(is_shown)
    go_on.set()

    await expect(curves.get_by_role("img", name=re.compile("ROC curve"))).to_be_visible()
    await expect(curves).not_to_have_attribute("aria-busy", "true")


# What a phone on a bad line takes in a second, and the largest shift that a reader does not notice (Lighthouse).
MAX_TRANSFER, MAX_REQUESTS, MAX_SHIFT = 80 * 1024, 20, 0.1
WATCH_SHIFTS = """
    window.shift = 0;
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
"""
MEASURE = """() => {
    const entries = ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind));
    return [entries.reduce((sum, entry) => sum + entry.transferSize, 0), entries.length, window.shift];
}"""


async def test_a_first_visit_is_within_its_budget(reader: Reader, browser: Browser, site: str, workers: Team) -> None:
    assert workers["worker"].running
    body = {"data": {"y_true": ["a", "b"] * 6, "y_pred": ["a", "b", "b", "a"] * 3, "score_a": [0.1, 0.9] * 6}}
    run = (await reader.client.post("/v1/runs", body, {"Prefer": "wait=20"})).json()["id"]
    await reader.client.get(f"/v1/runs/{run}", {"Prefer": "wait=20"})
    for path in ("/", "/app/runs", f"/app/runs/{run}"):
        # Nothing of a page before is cached.
        context = await browser.new_context(base_url=site)
        await context.add_cookies(await reader.page.context.cookies())  # type: ignore[arg-type] # the same, in other words
        await context.add_init_script(WATCH_SHIFTS)
        page = await context.new_page()
        await page.goto(path)
        await page.wait_for_load_state("networkidle")
        transferred, requests, shift = await page.evaluate(MEASURE)
        await context.close()
        assert 0 < transferred <= MAX_TRANSFER, path
        assert requests <= MAX_REQUESTS, path
        assert shift <= MAX_SHIFT, path


async def test_labels_are_text_in_what_a_comparison_draws(reader: Reader, workers: Team, site: str) -> None:
    assert workers["worker"].running
    client = reader.client
    for payload in (PAYLOADS[5], PAYLOADS[17]):
        truth = [payload, "b"] * 6
        ids = []
        for guess in ([payload, "b", "b", payload] * 3, truth):
            data = {"y_true": truth, "y_pred": guess, f"score_{payload}": [0.1, 0.9] * 6, "part": [payload, "x"] * 6}
            ids.append((await client.post("/v1/runs", {"data": data, "name": payload}, {"Prefer": "wait=20"})).json())
        sides = {"baseline": ids[0]["id"], "candidate": ids[1]["id"], "slices": ["part"]}
        made = (await client.post("/v1/comparisons", sides, {"Prefer": "wait=20"})).json()
        await client.get(f"/v1/comparisons/{made['id']}", {"Prefer": "wait=20"})
        for path in ("", "/curves", "/matrix"):
            await reader.open(f"/app/comparisons/{made['id']}{path}")
            assert not await reader.was_fooled(), (path, payload)
        await reader.open("/app/comparisons")
        await reader.open(f"/app/runs/{ids[1]['id']}/suspects")
        assert not await reader.was_fooled(), payload
    assert reader.outside(site) == []
