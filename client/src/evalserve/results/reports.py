"""Comparisons as files that the services of builds show: Markdown, and JUnit's XML."""

from typing import Any
from xml.sax.saxutils import escape, quoteattr

from evalserve.cards import table, text
from evalserve.results.comparison import change_of, name_of


def markdown(comparison: Any) -> str:
    """Return a comparison as Markdown, for a comment or a summary."""
    rows = [
        (text(name_of(row)), text(change_of(row)), row["verdict"].replace("_", " ")) for row in comparison.differences
    ]
    counts = comparison.counts
    return "\n\n".join(
        [
            f"### evalserve: {comparison.verdict.replace('_', ' ')}",
            text(comparison.summary),
            table(("metric", "baseline → candidate, difference", "verdict"), rows),
            f"{counts['fixed']:,} fixed, {counts['broken']:,} broken, {counts['both_wrong']:,} wrong in both\n",
        ]
    )


def junit(comparison: Any, *, is_failed: bool) -> str:
    """Return a comparison as a test of JUnit, which fails if the build does."""
    message = quoteattr(_printable(comparison.summary))
    body = f"<failure message={message}>{escape(_printable(repr(comparison)))}</failure>" if is_failed else ""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<testsuite name="evalserve" tests="1" failures="{int(is_failed)}">'
        f'<testcase classname="evalserve" name="not worse than the baseline">{body}</testcase></testsuite>\n'
    )


def _printable(value: str) -> str:
    """A text without the characters that XML cannot hold."""
    return "".join(sign if sign.isprintable() or sign == "\n" else "\ufffd" for sign in value)
