"""Comparisons: a verdict in words, the differences, and the samples that changed."""

from html import escape
from typing import Any

from evalserve.calls import comparisons
from evalserve.calls.results import Rows
from evalserve.connection.requests import AsyncConnection, Connection
from evalserve.connection.steps import content
from evalserve.results.texts import number, printable


class _Comparison:
    """What is known of a comparison without asking again."""

    def __init__(self, url: str, comparison: dict[str, Any]) -> None:
        self._url = url
        self.data = comparison
        self.result: dict[str, Any] = comparison["result"]

    @property
    def id(self) -> str:
        """Id of the comparison."""
        return str(self.data["id"])

    @property
    def verdict(self) -> str:
        """What the samples show of the first metric, such as `better`, `worse` or `no_difference_shown`."""
        return str(self.data["verdict"])

    @property
    def summary(self) -> str:
        """The verdict as a sentence, with its numbers."""
        return str(self.result["summary"])

    @property
    def differences(self) -> Rows:
        """The difference of each metric, class and slice, candidate minus baseline, with its interval."""
        return Rows(self.result["differences"])

    @property
    def counts(self) -> dict[str, Any]:
        """How many samples were fixed, broken, and wrong in both."""
        return dict(self.result["flips"])

    def __repr__(self) -> str:
        flips = self.counts
        rows = [f"  {name_of(row)}  {change_of(row)}  {row['verdict'].replace('_', ' ')}" for row in self.differences]
        changed = f"{flips['fixed']:,} fixed, {flips['broken']:,} broken, {flips['both_wrong']:,} wrong in both"
        notices = [f"Notice: {notice}" for notice in self.result["notices"]]
        return "\n".join(map(printable, [self.summary, *(rows if len(rows) > 1 else []), changed, *notices]))

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{escape(name_of(row))}</th><td>{escape(change_of(row))}</td>"
            f"<td>{escape(row['verdict'].replace('_', ' '))}</td></tr>"
            for row in self.differences
        )
        notices = "".join(f"<p>Notice: {escape(notice)}</p>" for notice in self.result["notices"])
        return f"<div><p><b>{escape(self.summary)}</b></p><table>{rows}</table>{notices}</div>"


class Comparison(_Comparison):
    """A comparison of a synchronous client."""

    def __init__(self, connection: Connection, comparison: dict[str, Any]) -> None:
        super().__init__(connection.configuration.url, comparison)
        self._connection = connection

    def report(self) -> bytes:
        """Return the comparison as one HTML file, which loads nothing and runs no script."""
        return self._connection.hold(content(f"/v1/comparisons/{self.id}/report"))

    def receipt(self) -> dict[str, Any]:
        """Return what it takes to compute this comparison once more, as `evalserve.verify` does."""
        return self._connection.hold(comparisons.receipt(self.id))

    def flips(
        self, kind: str = "broken", *, label: str | None = None, slice: str | None = None, at_most: int | None = None
    ) -> Rows:
        """Return the samples that the candidate `fixed` or has `broken`, that are `both_wrong`, or `changed`."""
        filters = {"kind": kind, "class": label, "slice": slice}
        return self._connection.hold(comparisons.flips(self.id, at_most, **filters))


class AsyncComparison(_Comparison):
    """A comparison of an asynchronous client."""

    def __init__(self, connection: AsyncConnection, comparison: dict[str, Any]) -> None:
        super().__init__(connection.configuration.url, comparison)
        self._connection = connection

    async def report(self) -> bytes:
        """Return the comparison as one HTML file, which loads nothing and runs no script."""
        return await self._connection.hold(content(f"/v1/comparisons/{self.id}/report"))

    async def receipt(self) -> dict[str, Any]:
        """Return what it takes to compute this comparison once more, as `evalserve.verify` does."""
        return await self._connection.hold(comparisons.receipt(self.id))

    async def flips(
        self, kind: str = "broken", *, label: str | None = None, slice: str | None = None, at_most: int | None = None
    ) -> Rows:
        """Return the samples that the candidate `fixed` or has `broken`, that are `both_wrong`, or `changed`."""
        filters = {"kind": kind, "class": label, "slice": slice}
        return await self._connection.hold(comparisons.flips(self.id, at_most, **filters))


def name_of(row: dict[str, Any]) -> str:
    """Return the metric of a difference, with its class or slice."""
    of = row["label"]
    if row["slice"] is not None:
        of = f"{row['slice']['column']}:{row['slice']['value']}"
    return row["metric"] if of is None else f"{row['metric']} of {of}"


def change_of(row: dict[str, Any]) -> str:
    """Return both values of a difference, and the difference with its interval."""
    if row["difference"] is None:
        return f"{number(row['baseline'])} → {number(row['candidate'])}"
    interval = "" if row["low"] is None else f" ({row['low']:+.4f} to {row['high']:+.4f})"
    return f"{number(row['baseline'])} → {number(row['candidate'])}, {row['difference']:+.4f}{interval}"
