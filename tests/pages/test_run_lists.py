"""Lists of runs in a browser: what is selected outlives search and pages, and no name of a run, model or tag runs."""

import re

from playwright.async_api import Browser, Page, expect

from tests.actors import Client, Team
from tests.pages.payloads import PAYLOADS
from tests.pages.reader import Reader

PREDICTED = ["a", "b"] * 10


async def _run(client: Client, name: str, **fields: object) -> str:
    body = {"data": {"y_true": ["a"] * 10 + ["b"] * 10, "y_pred": PREDICTED}, "name": name, **fields}
    made = await client.make("/v1/runs", body)
    assert made["status"] == "ready", made
    return str(made["id"])


async def _select_and_compare(page: Page, *, has_script: bool) -> None:
    await page.goto("/app/runs")
    await page.get_by_role("checkbox", name="Select zebra").check()
    await page.get_by_role("searchbox", name="Name, file or model").fill("yak")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("(1 not on this page)")).to_be_visible()
    await page.get_by_role("checkbox", name="Select yak").check()
    if has_script:
        await expect(page.locator("[data-count]")).to_have_text("2")
        # An address holds what was asked for, and nothing else.
        assert re.search(r"/app/runs\?q=yak&run=[0-9a-f-]{36}$", page.url)
    await page.get_by_role("button", name="Compare selected runs").click()
    await page.wait_for_url("**/app/comparisons/new?**")
    for side in ("Baseline", "Candidate"):
        chosen = page.get_by_label(side).locator("option:checked")
        await expect(chosen).to_have_text(re.compile("zebra|yak"))


async def test_two_runs_of_different_searches_are_compared(
    reader: Reader, browser: Browser, site: str, workers: Team
) -> None:
    assert workers["worker"].running
    for name in ("zebra", "yak"):
        await _run(reader.client, name)
    context = await browser.new_context(base_url=site, java_script_enabled=False)
    await context.add_cookies(await reader.page.context.cookies())  # type: ignore[arg-type] # the same, in other words

    await _select_and_compare(reader.page, has_script=True)
    await _select_and_compare(await context.new_page(), has_script=False)

    await context.close()
    assert reader.complaints == []


async def test_no_name_of_a_run_a_model_or_a_tag_runs(reader: Reader, site: str, workers: Team) -> None:
    assert workers["worker"].running
    payloads = [payload for payload in PAYLOADS if len(payload) <= 50][::2]
    runs = [
        await _run(reader.client, payload, model_name=payload, model_version=payload, tags=[payload])
        for payload in payloads
    ]
    selected = "&".join(f"run={run_id}" for run_id in runs)
    paths = ["/", "/app/runs", "/app/runs?sort=accuracy", "/app/runs?group=model", "/app/runs?group=tag"]
    paths += ["/app/runs/trend", f"/app/runs/selected?{selected}", f"/app/runs?{selected}"]

    for path in paths:
        await reader.open(path)
        assert not await reader.was_fooled(), path
    for payload in payloads[:4]:
        for name in ("q", "tag", "model"):
            await reader.page.goto("/app/runs")
            address = await reader.page.evaluate(
                "([name, text]) => '/app/runs/trend?' + new URLSearchParams({[name]: text})", [name, payload]
            )
            for path in (address, address.replace("/trend", "")):
                await reader.open(path)
                assert not await reader.was_fooled(), path
    assert reader.dialogs == []
    assert reader.outside(site) == []
    assert [text for text in reader.complaints if "Content Security Policy" in text] == []
