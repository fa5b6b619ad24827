"""Numbers as people read them."""

import math

_THIN_SPACE = "\u202f"
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SIGNIFICANT_DIGITS = 6
_DECIMALS = 4
_LARGEST_WHOLE = 100_000
_UNITS = ("", "k", "M", "G", "T", "P", "E")
_SMALLEST_PLAIN, _LARGEST_PLAIN = 1e-3, 1e6


def count_text(count: int) -> str:
    """The count with thin spaces between thousands."""
    return f"{count:,}".replace(",", _THIN_SPACE).replace("-", "−")


def compact_count_text(count: int) -> str:
    """The count in at most five characters where it is below 10¹²: from 100 000 on in three digits and k, M or G."""
    if count < _LARGEST_WHOLE:
        return count_text(count)
    mantissa, exponent = f"{count:.2e}".split("e")
    steps, shift = divmod(int(exponent), 3)
    return f"{float(mantissa) * 10**shift:.{2 - shift}f}{_UNITS[steps]}"


def figure_text(value: float) -> str:
    """The value in at most six significant digits, with four decimals where there is room for them."""
    if not math.isfinite(value):
        return str(value).replace("inf", "∞").replace("-", "−")
    if value == int(value) and abs(value) < _LARGEST_PLAIN:
        return count_text(int(value))
    if not _SMALLEST_PLAIN <= abs(value) < _LARGEST_PLAIN:
        mantissa, exponent = f"{value:.3e}".split("e")
        return f"{mantissa} × 10{str(int(exponent)).translate(_SUPERSCRIPTS)}".replace("-", "−")
    whole_digits = len(str(int(abs(value))))
    decimals = min(_DECIMALS, _SIGNIFICANT_DIGITS - whole_digits)
    return f"{value:,.{decimals}f}".replace(",", _THIN_SPACE).replace("-", "−")


def percent_text(share: float) -> str:
    """The share in percent without its sign; never 0 or 100 unless it is exactly that."""
    if share in {0, 1}:
        return str(int(share * 100))
    percent = share * 100
    if percent < 0.1:  # noqa: PLR2004 - the smallest step shown
        return "<0.1"
    return ">99.9" if percent > 99.9 else f"{percent:.1f}"  # noqa: PLR2004 - as above
