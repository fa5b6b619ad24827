"""Checks of gates: pass, warn or fail, with every reason."""

from html import escape
from typing import Any

from evalserve.calls import gates
from evalserve.calls.results import Rows
from evalserve.connection.requests import AsyncConnection, Connection
from evalserve.connection.steps import content
from evalserve.results.texts import printable


class _Check:
    """What is known of a check without asking again."""

    def __init__(self, check: dict[str, Any]) -> None:
        self.data = check
        self.result: dict[str, Any] = check["result"]

    @property
    def id(self) -> str:
        """Id of the check."""
        return str(self.data["id"])

    @property
    def verdict(self) -> str:
        """The outcome: `pass`, `warn` or `fail`; only `pass` is a pass."""
        return str(self.data["verdict"])

    @property
    def summary(self) -> str:
        """The verdict as a sentence."""
        return str(self.result["summary"])

    @property
    def reasons(self) -> Rows:
        """Every requirement of the gate with its outcome, the worst first."""
        return Rows(self.result["reasons"])

    def __repr__(self) -> str:
        lines = [self.summary, *(f"  {row['outcome']:<4}  {row['text']}" for row in self.reasons)]
        return "\n".join(map(printable, [*lines, *self.result.get("notices", ())]))

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{escape(row['outcome'])}</th><td>{escape(row['text'])}</td></tr>" for row in self.reasons
        )
        notices = "".join(f"<p>Notice: {escape(notice)}</p>" for notice in self.result.get("notices", ()))
        return f"<div><p><b>{escape(self.summary)}</b></p><table>{rows}</table>{notices}</div>"


class Check(_Check):
    """A check of a synchronous client."""

    def __init__(self, connection: Connection, check: dict[str, Any]) -> None:
        super().__init__(check)
        self._connection = connection

    def receipt(self) -> dict[str, Any]:
        """Return what it takes to compute this check once more, as `evalserve.verify` does."""
        return self._connection.hold(gates.receipt(self.id))

    def markdown(self) -> str:
        """Return the check as a comment for a pull request."""
        return self._connection.hold(gates.text(self.id, "markdown"))

    def junit(self) -> str:
        """Return the check as JUnit's XML, a test for each requirement."""
        return self._connection.hold(gates.text(self.id, "junit"))

    def badge(self) -> str:
        """Return the check as an SVG image."""
        return self._connection.hold(gates.text(self.id, "badge"))

    def report(self) -> bytes:
        """Return the check as one HTML file, which loads nothing and runs no script."""
        return self._connection.hold(content(f"/v1/checks/{self.id}/report"))


class AsyncCheck(_Check):
    """A check of an asynchronous client."""

    def __init__(self, connection: AsyncConnection, check: dict[str, Any]) -> None:
        super().__init__(check)
        self._connection = connection

    async def receipt(self) -> dict[str, Any]:
        """Return what it takes to compute this check once more, as `evalserve.verify` does."""
        return await self._connection.hold(gates.receipt(self.id))

    async def markdown(self) -> str:
        """Return the check as a comment for a pull request."""
        return await self._connection.hold(gates.text(self.id, "markdown"))

    async def junit(self) -> str:
        """Return the check as JUnit's XML, a test for each requirement."""
        return await self._connection.hold(gates.text(self.id, "junit"))

    async def badge(self) -> str:
        """Return the check as an SVG image."""
        return await self._connection.hold(gates.text(self.id, "badge"))

    async def report(self) -> bytes:
        """Return the check as one HTML file, which loads nothing and runs no script."""
        return await self._connection.hold(content(f"/v1/checks/{self.id}/report"))
