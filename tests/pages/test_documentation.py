"""The page of the API's documentation, in a browser."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Literal

import httpx2
import pytest
from playwright.async_api import Browser, Page, expect

from tests.actors import Client

Open = Callable[..., AbstractAsyncContextManager[Page]]

# The colours between which every part of the ground's colour lies.
SCHEMES: tuple[tuple[Literal["light", "dark"], int, int], ...] = (("light", 200, 255), ("dark", 0, 60))
BACK = "e => getComputedStyle(e).backgroundColor.match(/[0-9]+/g).slice(0, 3).map(Number)"


@pytest.fixture
def open_docs(browser: Browser, site: str) -> Open:
    @asynccontextmanager
    async def opened(fragment: str = "") -> AsyncIterator[Page]:
        context = await browser.new_context(base_url=site)
        page = await context.new_page()
        await page.goto(f"/docs{fragment}")
        await expect(page.locator(".opblock-tag").first).to_be_visible()
        yield page
        await context.close()

    return opened


async def test_the_documentation_has_the_readers_colours_fits_a_telephone_and_leads_back(
    open_docs: Open, site: str
) -> None:
    # Opened once: drawing all operations takes four seconds of the processor.
    async with open_docs() as page:
        for scheme, darkest, lightest in SCHEMES:
            await page.emulate_media(color_scheme=scheme)
            for selector in ("html", ".swagger-ui .scheme-container"):
                colour = await page.locator(selector).evaluate(BACK)
                assert all(darkest <= part <= lightest for part in colour), (scheme, selector, colour)
        await page.set_viewport_size({"width": 390, "height": 800})
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390
        await page.get_by_role("link", name="Start page").click()
        await expect(page).to_have_url(f"{site}/")


async def test_an_example_succeeds_with_the_key_alone(open_docs: Open, site: str) -> None:
    async with httpx2.AsyncClient(base_url=site, timeout=40) as http:
        alice = await Client.sign_up(http)
    async with open_docs(fragment="#/matrices/matrices.create") as page:
        await page.locator("button.authorize").click()
        style = page.locator(".auth-container", has_text="X-API-Key")
        await style.locator("input").fill(alice.key)
        await style.get_by_role("button", name="Apply credentials").click()
        await page.get_by_role("button", name="Close").last.click()
        operation = page.locator(".opblock", has=page.get_by_text("Create a confusion matrix", exact=True))
        await operation.get_by_role("button", name="Try it out").click()
        await operation.get_by_role("button", name="Execute").click()
        await expect(operation.locator(".live-responses-table .response .response-col_status")).to_contain_text("201")
