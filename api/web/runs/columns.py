"""The page that shows the first rows of a run's file, and asks what its columns are."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from litestar import Response

from api.web.forms import Form
from api.web.notices import read_notices
from api.web.page_request import PageRequest
from shared import runs
from shared.kit.errors import Fault, InvalidInput, Problem
from shared.runs.errors import RunNotReady
from shared.runs.mapping import ColumnDecision, ColumnsIn
from shared.runs.previews import Preview
from shared.runs.records import RunRecord

# What a column can be said to be; anything else is told by the file itself.
ROLES = {
    "truth": "actual label",
    "prediction": "predicted label",
    "correct": "whether the sample is right",
    "score": "score of the class:",
    "confidence": "score of the predicted class",
    "id": "sample id",
    "weight": "weight of the sample",
    "slice": "to slice by",
    "text": "shown beside samples",
}
_SINGLE = ("truth", "prediction", "correct", "id", "weight", "confidence")
# What a form says of the first row.
HEADERS = {"yes": True, "no": False}
# How samples with any number of labels have them.
_HIDDEN = ("separator", "indicators")
# Boxes that say that there is no such column.
_WITHOUT = ("prediction", "id", "weight")


class ColumnChoice(NamedTuple):
    """A column of the form: what it was taken for, and what was chosen for it."""

    name: str
    decision: ColumnDecision | None
    role: str
    class_name: str

    @property
    def detected(self) -> str:
        """The role that was found without being told; empty where there is none, or it was told."""
        return self.decision.role if self.decision is not None and self.decision.rule != "given" else ""


async def show(
    page_request: PageRequest, run: RunRecord, problem: Problem | None = None, form: Form | None = None
) -> Response[str]:
    """Show the first rows, what each column was taken for, what is asked, and the form that answers."""
    found = run.findings
    preview = await preview_of(page_request, run)
    asked = [name for question in found.questions for name in question.candidates if question.asks != "scores"]
    names = preview.names or list(dict.fromkeys([*(decision.column for decision in found.columns), *asked]))
    return page_request.render(
        "runs/columns.html",
        page_request.status(problem),
        run=run,
        found=found,
        preview=preview,
        choices=_choices(run, names, form),
        roles=ROLES,
        chosen=_chosen(run) if form is None else form.texts,
        prediction_notices=read_notices(page_request),
        is_review=any(question.asks == "confirmation" for question in found.questions),
        problem=problem,
    )


async def preview_of(page_request: PageRequest, run: RunRecord) -> Preview:
    """The first rows of a run's file; none where nothing of it could be read."""
    try:
        return (await runs.get_preview(page_request.platform, page_request.caller, str(run.id))).preview
    except RunNotReady:
        return Preview([], [])


def read_form(form: Form, preview: Preview, before: Mapping[str, Any]) -> ColumnsIn:
    """Read the answers: a column without a role is inferred; raises InvalidInput.

    What the form does not show stays as it was said before.
    """
    kept = msgspec.convert({name: before[name] for name in _HIDDEN if name in before}, ColumnsIn)
    given: dict[str, object] = {name: getattr(kept, name) for name in _HIDDEN}
    header = form.texts.get("header", "")
    columns = _sent(form)
    if header in HEADERS:
        given["header"] = HEADERS[header]
        columns = _renamed(columns, preview, is_header=HEADERS[header])
    if "normalise" in form.texts:
        given["normalise"] = True
    given |= {role: None for role in _WITHOUT if f"no_{role}" in form.texts}
    for role in _SINGLE:
        named = [name for name, chosen, _ in columns if chosen == role]
        if len(named) > 1:
            title, (first, second) = ROLES[role], named[:2]
            detail = f"columns: “{first[:100]}” and “{second[:100]}” are both chosen as {title}; choose one."
            raise InvalidInput(Fault("/role", detail))
        given |= dict.fromkeys([role] if named else [], *named)
    if scores := _scores(columns):
        given["scores"] = scores
    if any(chosen in {"slice", "text"} for _, chosen, _ in columns):
        detected = form.lists.get("detected", [""] * len(columns))
        roles = [chosen or found for (_, chosen, _), found in zip(columns, detected, strict=False)]
        given["slices"] = [name for (name, _, _), role in zip(columns, roles, strict=False) if role == "slice"]
    return ColumnsIn(**given)  # type: ignore[arg-type] # the fields by their names


def _sent(form: Form) -> list[tuple[str, str, str]]:
    """The name, the chosen role and the class of each column."""
    fields = [form.lists.get(name, []) for name in ("column", "role", "class")]
    if len({len(values) for values in fields}) > 1:
        raise InvalidInput(Fault("/role", "columns: send a role and a class for each column."))
    return [*zip(*fields, strict=True)]


def _renamed(
    columns: Sequence[tuple[str, str, str]], preview: Preview, *, is_header: bool
) -> list[tuple[str, str, str]]:
    """The columns by the names that they have once the first row is a header, or is none."""
    numbered = [f"c{position}" for position in range(len(columns))]
    was_header = [name for name, _, _ in columns] != numbered
    if is_header == was_header or len(preview.names) != len(columns) or not preview.rows:
        return [*columns]
    names = preview.rows[0] if is_header else numbered
    return [(name, *rest) for name, (_, *rest) in zip(names, columns, strict=True)]  # type: ignore[misc] # three texts


def _scores(columns: Sequence[tuple[str, str, str]]) -> dict[str, str]:
    """The columns of scores by their classes."""
    scores: dict[str, str] = {}
    for name, role, label in columns:
        if role != "score":
            continue
        if not label.strip():
            raise InvalidInput(Fault("/class", f"scores: say which class the scores in “{name[:100]}” are of."))
        if label.strip() in scores:
            raise InvalidInput(Fault("/class", f"scores: the class “{label.strip()[:100]}” is named twice."))
        scores[label.strip()] = name
    return scores


def _choices(run: RunRecord, names: Sequence[str], form: Form | None) -> list[ColumnChoice]:
    decisions = {decision.column: decision for decision in run.findings.columns}
    if form is not None:
        sent = {name: (role, label) for name, role, label in zip(
            *(form.lists.get(field, []) for field in ("column", "role", "class")), strict=False
        )}  # fmt: skip
        return [ColumnChoice(name, decisions.get(name), *sent.get(name, ("", ""))) for name in names]
    return [_choice(run, name, decisions.get(name)) for name in names]


def _choice(run: RunRecord, name: str, decision: ColumnDecision | None) -> ColumnChoice:
    """What was said of a column before."""
    columns = run.columns
    role = next((role for role in _SINGLE if columns.get(role) == name), "")
    label = next((label for label, column in (columns.get("scores") or {}).items() if column == name), "")
    if label:
        role = "score"
    if not role and decision is not None and "slices" in columns and decision.role in {"slice", "text"}:
        role = decision.role
    return ColumnChoice(name, decision, role, label)


def _chosen(run: RunRecord) -> dict[str, str]:
    """What was said of the whole file before, as the fields of the form."""
    columns = run.columns
    chosen = {f"no_{name}": "yes" for name in _WITHOUT if name in columns and columns[name] is None}
    if columns.get("normalise") is True:
        chosen["normalise"] = "yes"
    if "header" in columns:
        chosen["header"] = "yes" if columns["header"] else "no"
    return chosen
