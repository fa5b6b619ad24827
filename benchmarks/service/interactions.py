"""The time from an input to the next picture on the page of a run.

Run it as `python -m benchmarks.service.interactions [--url URL]`.

A run of 1,000,000 rows and 60 classes: its matrix is clicked, its threshold moved by keys, by the mouse, and typed, and
its slices are filtered. Chromium measures each from the input to the next paint (Event Timing), in steps of 8 ms and
from 16 ms on; what an answer of the service brings later is not part of it. On a crowded machine most of it is the wait
for a processor, so the processor time of the page's main thread is printed as well: of the dearest input up to the next
paint, and of the dearest single task, which is what the next input may have to wait for.
"""

import argparse
import asyncio
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import evalserve
import httpx2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from playwright.async_api import Page, async_playwright

from benchmarks.instruments import input_traces
from deploy.demo.service import service
from tests.pages.conftest import CHROMIUM, FLAGS

ROWS, CLASSES, ROUNDS = 1_000_000, 60, 10
# Event Timing reports nothing that was faster.
LEAST_MS = 16

_OBSERVE = """
    window.inputs = [];
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) {
            if (entry.interactionId) window.inputs.push([entry.duration, entry.processingEnd - entry.processingStart]);
        }
    }).observe({ type: "event", durationThreshold: 16, buffered: true });
"""


def _write_predictions(path: Path) -> None:
    random = np.random.default_rng(1)
    names = [f"class {number:02d}" for number in range(CLASSES)]
    truth = random.integers(0, CLASSES, ROWS)
    scores = random.random((ROWS, CLASSES), np.float32) / 2
    scores[np.arange(ROWS), truth] += random.random(ROWS, np.float32) * np.float32(0.8)
    scores /= scores.sum(axis=1, keepdims=True)
    columns: dict[str, Any] = {"id": [f"s{number}" for number in range(ROWS)]}
    for name, codes in (("truth", truth), ("prediction", scores.argmax(axis=1))):
        columns[name] = pa.DictionaryArray.from_arrays(codes.astype(np.int8), names)
    columns |= {f"score_{name}": scores[:, number] for number, name in enumerate(names)}
    columns["country"] = random.choice(["DE", "FR", "JP"], ROWS)
    pq.write_table(pa.table(columns), path, compression="zstd")


async def _click_cells(page: Page) -> None:
    box = await page.locator("svg.heat").first.bounding_box()
    assert box is not None
    for number in range(ROUNDS):
        await page.mouse.click(box["x"] + box["width"] * (0.3 + 0.05 * number), box["y"] + box["height"] / 2)
        await page.wait_for_load_state("networkidle")


async def _press_keys(page: Page) -> None:
    await page.locator("[data-threshold-slider]").focus()
    for key in ("ArrowRight", "PageUp", "End", "ArrowLeft", "PageDown") * (ROUNDS // 5):
        await page.keyboard.press(key)


async def _drag(page: Page) -> None:
    slider = page.locator("[data-threshold-slider]")
    await slider.scroll_into_view_if_needed()
    box = await slider.bounding_box()
    assert box is not None
    for number in range(ROUNDS):
        await page.mouse.move(box["x"] + 20 * number + 5, box["y"] + 5)
        await page.mouse.down()
        await page.mouse.move(box["x"] + 20 * number + 60, box["y"] + 5, steps=10)
        await page.mouse.up()


async def _type_threshold(page: Page) -> None:
    await page.locator("input[name=threshold]").first.click()
    await page.keyboard.type("0.0123456789")


async def _filter_slices(page: Page) -> None:
    columns = page.locator("#slices .classes a")
    for number in range(ROUNDS):
        await columns.nth(number % await columns.count()).click()
        await page.wait_for_load_state("networkidle")


async def _measure(url: str, credentials: dict[str, str], run: str) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page(base_url=url, viewport={"width": 1280, "height": 900})
        await page.goto("/app/sign-in")
        for name, value in credentials.items():
            await page.fill(f"[name={name}]", value)
        await page.get_by_role("button", name="Sign in").click()
        await page.wait_for_load_state("networkidle")
        await page.add_init_script(_OBSERVE)
        print("| input | to the next paint, clock | in our scripts | to the next paint, processor | dearest task |")
        print("| --- | --- | --- | --- | --- |")
        for title, act in (
            ("cells of the matrix clicked", _click_cells),
            ("threshold moved by keys", _press_keys),
            ("threshold dragged", _drag),
            ("threshold typed", _type_threshold),
            ("slices filtered by a column", _filter_slices),
        ):
            await page.goto(f"/app/runs/{run}", timeout=120_000)
            await page.wait_for_load_state("networkidle", timeout=120_000)
            await browser.start_tracing(page=page, categories=input_traces.CATEGORIES)
            await act(page)
            # An entry comes with the paint that ends it.
            await page.wait_for_timeout(1000)
            costs = input_traces.costs(await browser.stop_tracing())
            inputs: list[tuple[float, float]] = await page.evaluate("window.inputs")
            longest = [max((times[at] for times in inputs), default=0) for at in (0, 1)]
            clock = f"{max(longest[0], LEAST_MS):.0f} ms | {longest[1]:.1f} ms"
            print(f"| {title} | {clock} | {costs.to_next_paint:.1f} ms | {costs.longest_task:.1f} ms |", flush=True)
        await browser.close()


def main() -> None:
    """Measure the service at --url, or one started for the purpose."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url")
    with service(parser.parse_args().url) as instance:
        credentials = {"email": f"inputs-{time.time_ns()}@example.com", "password": "correct horse"}
        key = httpx2.post(f"{instance.url}/sign_up/", json=credentials, timeout=60).json()["api_key"]
        with TemporaryDirectory() as folder:
            path = Path(folder) / "predictions.parquet"
            _write_predictions(path)
            run = evalserve.Client(instance.url, key).evaluate(path, name="A million rows")
        asyncio.run(_measure(instance.url, credentials, run.id))


if __name__ == "__main__":
    main()
