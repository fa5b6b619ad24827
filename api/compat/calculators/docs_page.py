"""The calculators' page in the documentation: `python -m api.compat.calculators.docs_page > docs/calculators.md`."""

from collections.abc import Iterable
from typing import Any

from api.compat.calculators import parameters
from api.compat.calculators.meta import META
from api.compat.calculators.parameters import Parameter
from api.compat.calculators.schemas import MAX_BATCH
from shared.evaluation.calculators.tables import CONFUSION, DIAGNOSTIC, FBETA, Calculator

_OPENING = f"""\
# Calculators

{META["description"]}

Nothing is stored but that a call was made. {META["notes"]}

Counts are plain decimal digits, 15 at most; rates are decimals such as `0.95`. All arithmetic is on integers and
rounded once, to six decimals, in a tie to the even neighbour; whole results have no fraction (`171`). Each `GET` has a
`POST` that takes the same as a JSON object, texts or numbers, for scripts. Any style of key will do; the scope `read`
is enough.

An answer is `{{"data", "meta": {{"timestamp", "request_id"}}, "status": "ok", "message", "success": true}}`, with the
id that is also in the header `X-Request-ID`. An error is a [problem](problems.md) that carries `success: false`,
`message` and `meta` as well, and whose `status` is the word `error`; the number is in the status line.

“This class” is the positive one. Of every [metric](metrics.md) there is more: its range, sources and other names.

This page is made from the tables in `shared/evaluation/calculators/tables.py` by
`python -m api.compat.calculators.docs_page`.
"""

_BATCH = f"""
`POST /v1/confusion:batch` takes `{{"items": [[tp, fp, fn, tn], ...]}}`, each item a list or an object with these names,
up to {MAX_BATCH:,} of them, and answers `{{"note", "items"}}` in the same order. It is one call.
"""

_FORMS = """
Send either `precision` and `recall`, or all of `tp`, `fp` and `fn`; `beta` is 1 if omitted. For counts `inputs`
holds them beside the precision and recall that they amount to.
"""


def page() -> str:
    """The page as Markdown."""
    sections = [
        _OPENING,
        *_section("confusion", CONFUSION, parameters.CONFUSION, _BATCH),
        *_section("diagnostic", DIAGNOSTIC, parameters.DIAGNOSTIC),
        *_section("fbeta", FBETA, parameters.FBETA, _FORMS),
        "\n## `GET /v1/meta`\n\nWhat the calculators are, as JSON, with the best-known formulae.\n",
    ]
    return "".join(sections)


def _section(name: str, calculator: Calculator[Any], accepted: Iterable[Parameter], notes: str = "") -> Iterable[str]:
    yield f"\n## `GET /v1/{name}`\n\n{calculator.purpose} {calculator.note}\n{notes}\n"
    yield "| parameter | | example |\n| --- | --- | --- |\n"
    for parameter in accepted:
        need = "" if parameter.required else " (optional)"
        yield f"| `{parameter.name}` | {parameter.description}{need} | {_code(parameter.example)} |\n"
    yield "\n| metric | formula | null where this is 0 | meaning |\n| --- | --- | --- | --- |\n"
    for entry in calculator.entries:
        description = f"**{entry.metric.title}**. {entry.metric.definition}"
        yield f"| `{entry.name}` | {entry.metric.formula} | {entry.denominator} | {description} |\n"


def _code(text: str | None) -> str:
    return f"`{text}`" if text else ""


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 -- printing the page is its purpose
