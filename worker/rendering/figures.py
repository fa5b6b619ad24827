"""Numbers as people read them."""

import math

_THIN_SPACE = "\u202f"
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SIGNIFICANT_DIGITS = 6
_DECIMALS = 4
_LARGEST_WHOLE = 100_000
_THREE_DIGITS = 100
_UNITS = ("", "k", "M", "G", "T", "P", "E")
_SMALLEST_PLAIN, _LARGEST_PLAIN = 1e-3, 1e6
# Beyond this a sum of weights has no decimals, and its digits say nothing any more.
_LARGEST_WEIGHT = 1e15


def count_text(count: float) -> str:
    """The count with thin spaces between thousands; a sum of weights with at most four decimals, none where whole."""
    if isinstance(count, int):
        return _grouped(f"{count:,}")
    if count and not _SMALLEST_PLAIN <= abs(count) < _LARGEST_WEIGHT:
        return _scientific(count)
    return _grouped(f"{count:,.{_DECIMALS}f}".rstrip("0").rstrip("."))


def compact_count_text(count: float) -> str:
    """The count in at most five characters where it is whole and below 10¹²: from 100 000 on in three digits and k, M or G.

    A sum of weights has three digits, unless its whole part has more.
    """
    if count >= _LARGEST_WHOLE:
        mantissa, exponent = f"{count:.2e}".split("e")
        steps, shift = divmod(int(exponent), 3)
        return f"{float(mantissa) * 10**shift:.{2 - shift}f}{_UNITS[steps]}"
    return count_text(round(count) if count >= _THREE_DIGITS else float(f"{count:.3g}"))


def figure_text(value: float) -> str:
    """The value in at most six significant digits, with four decimals where there is room for them."""
    if not math.isfinite(value):
        return str(value).replace("inf", "∞").replace("-", "−")
    if value == int(value) and abs(value) < _LARGEST_PLAIN:
        return count_text(int(value))
    if not _SMALLEST_PLAIN <= abs(value) < _LARGEST_PLAIN:
        return _scientific(value)
    whole_digits = len(str(int(abs(value))))
    decimals = min(_DECIMALS, _SIGNIFICANT_DIGITS - whole_digits)
    return _grouped(f"{value:,.{decimals}f}")


def percent_text(share: float) -> str:
    """The share in percent without its sign; never 0 or 100 unless it is exactly that."""
    if share in {0, 1}:
        return str(int(share * 100))
    percent = share * 100
    if percent < 0.1:  # noqa: PLR2004 - the smallest step shown
        return "<0.1"
    return ">99.9" if percent > 99.9 else f"{percent:.1f}"  # noqa: PLR2004 - as above


def _grouped(digits: str) -> str:
    return digits.replace(",", _THIN_SPACE).replace("-", "−")


def _scientific(value: float) -> str:
    mantissa, exponent = f"{value:.3e}".split("e")
    return f"{mantissa} × 10{str(int(exponent)).translate(_SUPERSCRIPTS)}".replace("-", "−")
