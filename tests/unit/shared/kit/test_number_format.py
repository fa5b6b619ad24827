import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kit.number_format import (
    bytes_text,
    compact_count_text,
    count_text,
    p_value_text,
    percent_text,
    signed_text,
    value_text,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (1.0, "1"),
        (52.0, "52"),
        (-2, "−2"),
        (1234567, "1.235 × 10⁶"),
        (12345, "12\u202f345"),
        (0.9239, "0.9239"),
        (0.99999, "1.0000"),
        (199.99999999, "200.000"),
        (1234.5678, "1\u202f234.57"),
        (-0.25, "−0.2500"),
        (0.000714, "7.140 × 10⁻⁴"),
        (2.5e-9, "2.500 × 10⁻⁹"),
        (math.inf, "∞"),
    ],
)
def test_a_figure_is_written_as_people_read_it(value: float, text: str) -> None:
    assert value_text(value) == text


@given(st.floats(-1e300, 1e300))
def test_a_figure_is_true_to_its_value_in_at_most_six_digits(value: float) -> None:
    text = value_text(value).replace("\u202f", "").replace("−", "-")
    mantissa, _, power = text.partition(" × 10")
    exponent = int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) or 0)
    digits = mantissa.lstrip("-").replace(".", "").lstrip("0")
    assert len(digits) <= 6
    assert math.isclose(float(f"{mantissa}e{exponent}"), value, rel_tol=6e-4, abs_tol=0 if power else 5.1e-5)


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0"), (1, "100"), (0.00001, "<0.1"), (0.99999, ">99.9"), (0.001, "0.1"), (0.5, "50.0"), (0.9444, "94.4")],
)
def test_a_percentage_is_0_or_100_only_if_it_is_exactly_that(share: float, text: str) -> None:
    assert percent_text(share) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0"),
        (99_999, "99\u202f999"),
        (100_000, "100k"),
        (123_456, "123k"),
        (999_999, "1.00M"),
        (45_600_000, "45.6M"),
    ],
)
def test_large_counts_are_shortened_to_three_digits(count: int, text: str) -> None:
    assert compact_count_text(count) == text


@given(st.integers(0, 2**62))
def test_a_count_keeps_every_digit(count: int) -> None:
    assert int(count_text(count).replace("\u202f", "")) == count


@pytest.mark.parametrize(
    ("weight", "text", "compact"),
    [
        (0.0, "0", "0"),
        (2.0, "2", "2"),
        (1.9999999, "2", "2"),
        (0.1 + 0.2, "0.3", "0.3"),
        (1 / 3, "0.3333", "0.33"),
        (12.3456, "12.3456", "12.3"),
        (99.96, "99.96", "100"),
        (1234.5, "1\u202f234.5", "1\u202f234"),
        (1234567.25, "1\u202f234\u202f567.25", "1.23M"),
        (0.00002, "2.000 × 10⁻⁵", "<0.01"),
        (1e300, "1.000 × 10³⁰⁰", "1.000 × 10³⁰⁰"),
    ],
)
def test_a_sum_of_weights_has_at_most_four_decimals(weight: float, text: str, compact: str) -> None:
    assert (count_text(weight), compact_count_text(weight)) == (text, compact)


@given(st.floats(0.001, 1e11))
def test_a_sum_of_weights_is_true_to_its_value_in_four_decimals(weight: float) -> None:
    text = count_text(weight).replace("\u202f", "")
    assert math.isclose(float(text), weight, rel_tol=1e-15, abs_tol=6e-5)
    assert len(text.partition(".")[2]) <= 4
    assert not (("." in text) and text.endswith(("0", ".")))


@given(st.floats(0, 1e11))
def test_a_compact_weight_fits_into_six_characters(weight: float) -> None:
    assert len(compact_count_text(weight)) <= 6


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 bytes"), (1023, "1023 bytes"), (1024, "1.0 KiB"), (2_599_422, "2.5 MiB"), (5 * 2**30, "5.0 GiB"),
     (2**70, "1048576.0 PiB")],
)  # fmt: skip
def test_bytes_are_told_in_binary_units(size: int, text: str) -> None:
    assert bytes_text(size) == text


@pytest.mark.parametrize(("value", "text"), [(0.02225, "+0.0222"), (0.0, "0"), (-0.01, "−0.0100"), (1.0, "+1")])
def test_a_difference_carries_its_sign(value: float, text: str) -> None:
    assert signed_text(value) == text


def test_a_p_value_too_small_for_a_number_is_said_to_be_less() -> None:
    assert [p_value_text(p) for p in (1e-300, 3e-299, 2e-12, 0.04)] == ["< 10⁻²⁹⁰"] * 2 + ["2.000 × 10⁻¹²", "0.0400"]
