"""Conversations about what a run says: its metrics, matrix, slices and samples."""

from collections.abc import Sequence
from html import escape
from typing import Any

from evalserve.connection.steps import Request, Steps
from evalserve.results.texts import printable

_MAX_SLICES = 1000
# Most samples that the service answers at once.
PAGE = 1000
# What a notebook shows of a long table.
_MOST_SHOWN = 50


class Rows(list[dict[str, Any]]):
    """Rows of a table; `to_pandas` makes a DataFrame of them."""

    def to_pandas(self) -> Any:
        """Return the rows as a DataFrame; the metadata of samples are columns of it."""
        import pandas as pd  # noqa: PLC0415 -- optional, and slow to load

        return pd.DataFrame(self.flat())

    def flat(self) -> list[dict[str, Any]]:
        """Return the rows with the metadata of samples beside their other fields."""
        return [_flat(row) for row in self]

    def _repr_html_(self) -> str:
        shown = [_flat(row) for row in self[:_MOST_SHOWN]]
        columns = list(dict.fromkeys(name for row in shown for name in row))
        lines = [_line("th", columns), *(_line("td", [row.get(name) for name in columns]) for row in shown)]
        more = f"<p>and {len(self) - len(shown):,} more</p>" if len(self) > len(shown) else ""
        return f"<table>{''.join(lines)}</table>{more}"


def read(run_id: str, noun: str, **params: Any) -> Steps[dict[str, Any]]:
    """Return one result of a run, as the service answers it."""
    answer: dict[str, Any] = (yield Request("GET", f"/v1/runs/{run_id}/{noun}", params=params)).json()
    return answer


def slices(run_id: str, column: str | None, metric: str, min_support: int) -> Steps[Rows]:
    """Return the slices of a run, the worst first."""
    found = yield from read(run_id, "slices", column=column, metric=metric, min_support=min_support, limit=_MAX_SLICES)
    return Rows(found["items"])


def samples(run_id: str, noun: str, at_most: int | None, **filters: Any) -> Steps[Rows]:
    """Return samples of a run, the most confident first; all of them if `at_most` is None."""
    rows, cursor = Rows(), None
    while at_most is None or len(rows) < at_most:
        limit = PAGE if at_most is None else min(PAGE, at_most - len(rows))
        page = yield from read(run_id, noun, cursor=cursor, limit=limit, **filters)
        rows += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    return rows


def scored(run_id: str, noun: str, label: str | None, slice: str | Sequence[str] | None, **options: Any) -> Steps[Any]:
    """Return what the scores of a class say: its curves, its calibration or its best threshold."""
    return (yield from read(run_id, noun, **{"class": label, "slice": conditions(slice), **options}))


def conditions(slices: str | Sequence[str] | None) -> list[str]:
    """Return the conditions of a filter, such as `country:DE`."""
    if slices is None:
        return []
    return [slices] if isinstance(slices, str) else list(slices)


def _line(tag: str, values: Sequence[Any]) -> str:
    return f"<tr>{''.join(f'<{tag}>{escape(printable(str(value)))}</{tag}>' for value in values)}</tr>"


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    nested = {name: value for name, value in row.items() if isinstance(value, dict)}
    plain = {name: value for name, value in row.items() if name not in nested}
    for value in nested.values():
        plain |= {name: item for name, item in value.items() if name not in plain}
    return plain
