import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.rendering.figures import compact_count_text, count_text, figure_text, percent_text


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
    assert figure_text(value) == text


@given(st.floats(-1e300, 1e300))
def test_a_figure_is_true_to_its_value_in_at_most_six_digits(value: float) -> None:
    text = figure_text(value).replace("\u202f", "").replace("−", "-")
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
