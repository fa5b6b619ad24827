import re

import pytest

from shared.presentation.standalone import REPORT_SHEET

_CSS = REPORT_SHEET.read_text(encoding="utf-8")
_ROOTS = [
    dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", block))
    for block in re.findall(r":root \{(.*?)\}", _CSS, re.DOTALL)
]
_LIGHT, _DARK = _ROOTS[0], {**_ROOTS[0], **_ROOTS[1]}


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [_LIGHT, _DARK], ids=["light", "dark"])
def test_every_text_contrasts_with_what_it_stands_on(theme: dict[str, str]) -> None:
    pairs = [(ground, text) for ground in ("page", "card", "head") for text in ("text", "soft", "accent")]
    ratios = {(ground, text): round(_contrast(theme[ground], theme[text]), 2) for ground, text in pairs}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < 4.5} == {}
