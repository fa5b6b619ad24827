"""Numbers in the format of pages and reports."""

import math

from shared.kit.plurals import form

_THIN_SPACE = "\u202f"
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SIGNIFICANT_DIGITS = 6
_DECIMALS = 4
_MAX_WHOLE = 100_000
_MIN_COMPACT = 0.01
_BYTES = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB")
_UNITS = ("", "k", "M", "G", "T", "P", "E")
_MIN_PLAIN, _MAX_PLAIN = 1e-3, 1e6
# P-values of 1e-300 are of no digit, nor are they where a family of tests multiplies them.
_LEAST_EXPONENT, _LEAST_P = -290, 1e-290
# A sum of weights has fewer significant digits than a count.
_MAX_WEIGHT, _MAX_COUNT = 1e12, 1e18


def count_text(count: float) -> str:
    """The count with thin spaces between thousands; a sum of weights with at most four decimals, none where whole."""
    if isinstance(count, int) or (count.is_integer() and count < _MAX_COUNT):
        return _group_digits(f"{int(count):,}")
    if not _MIN_PLAIN <= abs(count) < _MAX_WEIGHT:
        return _scientific(count)
    return _group_digits(f"{count:,.{_DECIMALS}f}".rstrip("0").rstrip("."))


def counted_text(count: float, one: str, many: str | None = None) -> str:
    """The count with its noun, by default with an s where it is not 1."""
    return f"{count_text(count)} {form(count, one, many)}"


def compact_count_text(count: float) -> str:
    """The count in at most five characters where it is below 10¹²: from 100 000 on in three digits and k, M or G.

    A sum of weights has two decimals below 10, one below 100 and none beyond.
    """
    if count >= _MAX_WHOLE:
        mantissa, exponent = f"{count:.2e}".split("e")
        steps, shift = divmod(int(exponent), 3)
        if steps >= len(_UNITS):
            return _scientific(count)
        return f"{float(mantissa) * 10**shift:.{2 - shift}f}{_UNITS[steps]}"
    if 0 < count < _MIN_COMPACT:
        return f"<{_MIN_COMPACT}"
    return count_text(round(float(count), 2 - min(2, len(str(int(count))) - 1)))


def value_text(value: float) -> str:
    """The value in at most six significant digits, with four decimals where there is room for them."""
    if not math.isfinite(value):
        return str(value).replace("inf", "∞").replace("-", "−")
    if value == int(value) and abs(value) < _MAX_PLAIN:
        return count_text(int(value))
    if not _MIN_PLAIN <= abs(value) < _MAX_PLAIN:
        return _scientific(value)
    integer_digits = len(str(int(abs(value))))
    decimals = min(_DECIMALS, _SIGNIFICANT_DIGITS - integer_digits)
    return _group_digits(f"{value:,.{decimals}f}")


def p_value_text(p_value: float) -> str:
    """The P-value as a value, or that it is below 10⁻²⁹⁰: smaller ones are stated as the least that there is."""
    return f"< 10{str(_LEAST_EXPONENT).translate(_SUPERSCRIPTS)}" if p_value < _LEAST_P else value_text(p_value)


def bytes_text(size: int) -> str:
    """The number of bytes, in binary units with one decimal from 1 KiB on."""
    power = min(max(0, (size.bit_length() - 1) // 10), len(_BYTES) - 1)
    return f"{size} bytes" if power == 0 else f"{size / 1024**power:.1f} {_BYTES[power]}"


def signed_text(difference: float) -> str:
    """The difference as a value, with its sign."""
    return f"+{value_text(difference)}" if difference > 0 else value_text(difference)


def percent_text(share: float) -> str:
    """The share in percent without its sign; never 0 or 100 unless it is exactly that."""
    if share in {0, 1}:
        return str(int(share * 100))
    percent = share * 100
    if percent < 0.1:  # noqa: PLR2004 - the smallest step shown
        return "<0.1"
    return ">99.9" if percent > 99.9 else f"{percent:.1f}"  # noqa: PLR2004 - as above


def _group_digits(digits: str) -> str:
    return digits.replace(",", _THIN_SPACE).replace("-", "−")


def _scientific(value: float) -> str:
    mantissa, exponent = f"{value:.3e}".split("e")
    return f"{mantissa} × 10{str(int(exponent)).translate(_SUPERSCRIPTS)}".replace("-", "−")
