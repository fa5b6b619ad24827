"""Tables of what benchmarks measured, as Markdown: a column for each service, then ratios of the first to others."""

import statistics

# Values of several rounds, by what they measure: seconds, or as many in a second.
Rows = dict[str, list[float]]


def print_medians(rows: dict[str, Rows]) -> None:
    """Print the medians of each service, and their ratios, more than 1 where the first service is better.

    What a service was not asked for has no ratio.
    """
    _print_head([*rows])
    ours, *others = rows.values()
    for label in ours:
        is_rate = label.endswith("connections")
        medians = [statistics.median(of.get(label, [0.0])) for of in (ours, *others)]
        pairs = [(medians[0], median) if is_rate else (median, medians[0]) for median in medians[1:]]
        ratios = [f"{one / other:,.1f}x" if one and other else "" for one, other in pairs]
        print(f"| {label} | {' | '.join([*(_text(median, is_rate=is_rate) for median in medians), *ratios])} |")


def print_rates(rows: dict[str, Rows]) -> None:
    """Print the median rates of each service, and the medians of the ratios of rounds of the first to the others."""
    _print_head([*rows])
    ours, *others = rows.values()
    for label, values in ours.items():
        medians = [f"{statistics.median(of[label]):.1f}" for of in rows.values()]
        pairs = [zip(values, other[label], strict=True) for other in others]
        ratios = [f"{statistics.median(one / another for one, another in pair):.2f}x" for pair in pairs]
        print(f"| {label} | {' | '.join([*medians, *ratios])} |", flush=True)


def _print_head(names: list[str]) -> None:
    print(f"| | {' | '.join([*names, *(f'to {name}' for name in names[1:])])} |")
    print(f"| --- |{' ---: |' * (2 * len(names) - 1)}")


def _text(value: float, *, is_rate: bool) -> str:
    if not value:
        return ""
    return f"{value:,.0f}/s" if is_rate else f"{value * 1e3:,.2f} ms"
