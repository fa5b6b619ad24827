"""The threshold of a run: dragged or typed, the metrics and the matrix follow, and the address keeps it."""

import re
from random import Random

from playwright.async_api import Browser, expect

from shared.kit.number_format import count_text, value_text
from tests.actors import Team
from tests.pages.payloads import PAYLOADS
from tests.pages.reader import Reader

# Scores from 0.05 to 0.95; every second of the upper half is spam, and none below.
ROWS = [(f"s{i}", "spam" if i >= 10 and i % 2 else "ham", round(0.05 + i * 0.0473, 4)) for i in range(20)]


async def _run(reader: Reader, label: str = "spam") -> str:
    truth = [label if actual == "spam" else "ham" for _, actual, _ in ROWS]
    scores = [score for *_, score in ROWS]
    predicted = [label if score >= 0.5 else "ham" for score in scores]
    data = {"id": [name for name, *_ in ROWS], "y_true": truth, "y_pred": predicted, f"score_{label}": scores}
    body = {"data": data, "positive": label, "columns": {"scores": {label: f"score_{label}"}}}
    run_id = (await reader.client.post("/v1/runs", body)).json()["id"]
    await reader.client.ready(f"/v1/runs/{run_id}")
    return f"/app/runs/{run_id}"


async def test_metrics_matrix_and_address_follow_a_threshold_that_is_dragged_or_typed(
    reader: Reader, workers: Team, axe: str
) -> None:
    assert workers["worker"].running
    address = await _run(reader)
    await reader.open(address)
    page = reader.page
    slider = page.get_by_role("slider", name="From low to high")
    recall = page.locator(".tiles li", has_text="Recall of spam").locator("b")
    await expect(recall).to_have_text("1")

    await slider.focus()
    await page.keyboard.press("End")
    await expect(page.locator("[data-threshold-says]")).to_contain_text("recall 0.2000")
    await expect(recall).to_have_text("0.2000")
    await expect(page).to_have_url(re.compile(r"threshold=0\.9487"))
    await expect(page.locator('[data-mark="roc"]')).to_be_visible()
    assert await slider.get_attribute("aria-valuetext") == "threshold 0.9487"

    await page.get_by_role("textbox", name="Threshold", exact=True).fill("0,05")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("threshold 0,05", exact=True)).to_be_visible()
    await expect(recall).to_have_text("1")
    # Sorted where they stand, and the threshold after that leaves them so.
    classes = page.locator("#decided tbody tr")
    await expect(classes.first).to_contain_text("spam")
    await page.get_by_role("link", name="Support").click()
    await expect(classes.first).to_contain_text("ham")
    await expect(page.get_by_role("link", name="Support ↓")).to_be_focused()
    await expect(page).to_have_url(re.compile(r"threshold=0%2C05&sort=support&direction=down"))
    await slider.press("End")
    await expect(recall).to_have_text("0.2000")
    await expect(page.get_by_role("columnheader", name="Support ↓")).to_be_visible()
    # The matrix that came with the threshold is walked with the keyboard like the first one.
    await page.locator("a[data-cell]").first.focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.locator("#pointed")).to_contain_text("Actual")
    assert await reader.violations(axe) == []
    assert reader.complaints == []


async def test_a_threshold_between_two_steps_is_counted_exactly_and_what_the_address_says_goes_along(
    reader: Reader, workers: Team
) -> None:
    assert workers["worker"].running
    # Two kinds in turns, and more scores than the slider has steps.
    scores = [round(at / 1000, 4) for at in range(1000)]
    truth = ["spam" if at % 2 else "ham" for at in range(1000)]
    predicted = ["spam" if score >= 0.5 else "ham" for score in scores]
    data = {"y_true": truth, "y_pred": predicted, "score_spam": scores, "country": ["DE", "FR"] * 500}
    body = {"data": data, "positive": "spam"}
    run_id = (await reader.client.post("/v1/runs", body)).json()["id"]
    await reader.client.ready(f"/v1/runs/{run_id}")
    page, says = reader.page, reader.page.locator("[data-threshold-says]")

    await reader.open(f"/app/runs/{run_id}?threshold=0.3005&sort=support")
    await expect(says).to_contain_text("Threshold 0.3005: precision 0.5007, recall 0.7000")
    await expect(says).to_contain_text("350 right and 349 wrong positives, 150 missed")

    await page.get_by_role("textbox", name="Threshold", exact=True).fill("0.7005")
    await page.keyboard.press("Enter")
    await expect(says).to_contain_text("Threshold 0.7005: precision 0.5017, recall 0.3000")
    await expect(says).to_contain_text("150 right and 149 wrong positives, 350 missed")
    await page.get_by_role("link", name="Predicted", exact=True).click()
    await expect(page).to_have_url(re.compile(r"threshold=0\.7005&.*sort=predicted"))
    await expect(page.get_by_role("link", name="DE", exact=True)).to_have_attribute(
        "href", re.compile(r"threshold=0\.7005&sort=predicted&direction=down&slice=country%3ADE")
    )

    await page.get_by_label("of at least").fill("0.5")
    await page.get_by_role("button", name="Find").click()
    await expect(page).to_have_url(re.compile(r"sort=predicted"))
    await page.get_by_text("Edit details").click()
    await page.get_by_label("Notes").fill("seen")
    await page.get_by_role("button", name="Save").click()
    await expect(page).to_have_url(re.compile(r"threshold=.*sort=predicted.*notice=saved"))
    assert reader.complaints == []


async def test_a_script_writes_numbers_as_the_server_does(reader: Reader, workers: Team) -> None:
    assert workers["worker"].running
    await reader.open(await _run(reader))
    random = Random(3)
    numbers = [0, 1, 0.5, 1 / 3, 1 / 32, 3 / 32, 2 / 3, 0.00004, 0.00099999, 0.9999999, 12.3456, 1234.5678, -0.25, 1e6]
    numbers += [random.randint(0, most) / most for most in (7, 32, 1000, 123_457) for _ in range(200)]
    counts = [0, 7, 999, 1000, 1_234_567, 0.5, 1234.5, 0.00012, 33.3333]

    written = await reader.page.evaluate("(numbers) => numbers.map(window.written.value)", numbers)
    counted = await reader.page.evaluate("(numbers) => numbers.map(window.written.count)", counts)

    assert written == [value_text(number) for number in numbers]
    assert counted == [count_text(number) for number in counts]
    assert await reader.page.evaluate("[null, NaN].map(window.written.value)") == ["—", "—"]


async def test_without_a_script_a_precision_is_asked_for_and_the_threshold_found(
    browser: Browser, site: str, reader: Reader, workers: Team
) -> None:
    assert workers["worker"].running
    address = await _run(reader)
    context = await browser.new_context(base_url=site, java_script_enabled=False)
    await context.add_cookies(await reader.page.context.cookies())  # type: ignore[arg-type] # the same, in other words
    page = await context.new_page()

    await page.goto(f"{address}/curves")
    await page.get_by_label("of at least").fill("0.5")
    await page.get_by_role("button", name="Find").click()
    await expect(page).to_have_url(re.compile(r"/app/runs/[^/]+\?threshold=0\.\d+"))
    await expect(page.locator(".tiles li", has_text="Precision of spam").locator("b")).to_have_text("0.5556")
    await expect(page.locator(".tiles li", has_text="Recall of spam").locator("b")).to_have_text("1")
    for wrong, says in (("2", "write a number from 0 to 1"), ("nan", "finite number"), ("1.0", "")):
        answer = await page.goto(f"{address}/threshold?at_least={wrong}&metric=precision")
        assert answer is not None
        assert answer.status == (400 if says else 200)
        if says:
            await expect(page.get_by_role("main")).to_contain_text(says)
    await context.close()


async def test_a_class_is_text_at_every_threshold(reader: Reader, workers: Team, site: str) -> None:
    assert workers["worker"].running
    for payload in (PAYLOADS[5], PAYLOADS[17], PAYLOADS[24]):
        await reader.open(f"{await _run(reader, payload)}?threshold=0.5")
        await expect(reader.page.locator("[data-threshold-says]")).to_contain_text("recall")
        await reader.page.get_by_role("slider").press("ArrowRight")
        await reader.page.wait_for_load_state("networkidle")
        assert not await reader.was_fooled(), payload
    assert reader.outside(site) == []
