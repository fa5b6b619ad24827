"""An account in the browser: its password changed, its sessions ended, and left."""

from uuid import uuid4

import pytest
from playwright.async_api import Browser, expect

from tests.actors import Team
from tests.pages.reader import Reader

SECURITY = "/app/account/security"


async def test_a_changed_password_signs_the_other_browser_out(browser: Browser, site: str, reader: Reader) -> None:
    context = await browser.new_context(base_url=site)
    other = Reader(await context.new_page(), reader.client)
    await other.sign_in()
    page = reader.page
    await reader.open(SECURITY)
    await expect(page.locator("tbody tr")).to_have_count(2)

    form = page.get_by_role("form", name="Change password")
    await form.get_by_label("Current password").fill(reader.client.password)
    for field in await form.locator("[autocomplete=new-password]").all():
        await field.fill("another horse")
    await form.get_by_role("button", name="Change password").click()

    await expect(page.get_by_role("status")).to_contain_text("The password was changed")
    await expect(page.locator("tbody tr")).to_have_count(1)
    await other.page.goto(SECURITY)
    await other.page.wait_for_url("**/app/sign-in**")
    assert reader.complaints == []
    await context.close()


@pytest.mark.parametrize("is_secure", [True, False], ids=["over HTTPS or on this machine", "over HTTP"])
async def test_the_key_of_a_new_account_is_copied_and_not_shown_again(
    browser: Browser, site: str, *, is_secure: bool
) -> None:
    context = await browser.new_context(base_url=site, permissions=["clipboard-read", "clipboard-write"])
    page = await context.new_page()
    if not is_secure:
        await page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    await page.goto("/app/sign-up")
    await page.get_by_label("E-mail address").fill(f"copies-{is_secure}-{uuid4().hex}@example.com")
    await page.get_by_label("Password").fill("correct horse")
    await page.get_by_role("button", name="Sign up").click()
    key = await page.locator("#issued").text_content()
    await page.get_by_role("button", name="Copy").click()
    await expect(page.get_by_role("button", name="Copied")).to_be_visible()

    await page.get_by_role("link", name="Continue").click()
    assert key is not None
    assert key not in await page.content()
    await page.goto("/app/search")
    await page.get_by_role("searchbox").last.press("Control+V")
    await expect(page.get_by_role("searchbox").last).to_have_value(key)
    await context.close()


async def test_who_leaves_is_asked_and_can_come_back(reader: Reader) -> None:
    page, client = reader.page, reader.client
    await reader.open(SECURITY)
    form = page.get_by_role("form", name="Leave")
    await form.get_by_label("Password").fill(client.password)
    await form.get_by_role("button", name="Delete my account").click()
    await page.wait_for_url("**/?notice=left")
    assert reader.dialogs == ["Delete this account with everything in it?"]

    await page.goto("/app/sign-in")
    await page.get_by_label("E-mail address").fill(client.email)
    await page.get_by_label("Password").fill(client.password)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_contain_text("going to be deleted on")
    await page.get_by_label("Password").fill(client.password)
    await page.get_by_role("button", name="Keep the account and sign in").click()
    await expect(page.get_by_role("heading", name="Overview")).to_be_visible()


async def test_a_shared_run_opens_in_a_clean_browser_until_it_is_revoked(
    browser: Browser, site: str, reader: Reader, workers: Team
) -> None:
    assert workers["worker"].running
    rows = {"data": {"y_true": ["cat", "dog", "cat"], "y_pred": ["cat", "dog", "dog"]}, "name": "Pets"}
    run = (await reader.client.make("/v1/runs", rows))["id"]
    page = reader.page
    await page.goto(f"/app/runs/{run}")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Pets", timeout=60_000)
    await page.get_by_text("Share", exact=True).click()
    await page.get_by_role("button", name="Create link").click()
    link = await page.locator("#issued").text_content()
    assert link is not None

    context = await browser.new_context(base_url=site)
    stranger = Reader(await context.new_page(), reader.client)
    await stranger.open(link)
    await expect(stranger.page.get_by_role("heading", level=1)).to_have_text("Pets")
    await expect(stranger.page.get_by_role("heading", name="Confusion matrix")).to_be_visible()
    assert (stranger.complaints, stranger.outside(site)) == ([], [])

    await page.get_by_role("button", name="Revoke").click()
    await expect(page.get_by_role("status")).to_contain_text("The link was revoked")
    await stranger.open(link, 404)
    await context.close()
