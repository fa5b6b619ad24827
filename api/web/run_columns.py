"""The page that asks what the columns of a run's file are."""

from litestar import Response

from api.web.forms import Form
from api.web.page_request import PageRequest
from shared.kit.errors import Fault, InvalidInput, Problem
from shared.runs.mapping import ColumnsIn
from shared.runs.records import RunRecord

# The value of a selection that stands for no column at all; no name of a column is longer than 500 characters.
NONE = "-" * 501

_HEADERS = {"yes": True, "no": False}


def show(
    page_request: PageRequest, run: RunRecord, problem: Problem | None = None, texts: dict[str, str] | None = None
) -> Response[str]:
    """Show what each column was taken for, what is asked, and the form that answers."""
    found = run.findings
    names = [decision.column for decision in found.columns]
    asked = [name for question in found.questions for name in question.candidates]
    return page_request.render(
        "runs/columns.html",
        page_request.status(problem),
        run=run,
        found=found,
        names=list(dict.fromkeys([*names, *asked])),
        chosen=texts if texts is not None else _chosen(run),
        asks={question.asks for question in found.questions},
        no_column=NONE,
        problem=problem,
    )


def read_form(form: Form) -> ColumnsIn:
    """Read the answers: a field without a choice is inferred; raises InvalidInput."""
    given: dict[str, object] = {}
    if truth := form.text("truth", limit=500):
        given["truth"] = truth
    for role in ("prediction", "id"):
        if (name := form.texts.get(role, "")) == NONE:
            given[role] = None
        elif name := form.text(role, limit=500) or "":
            given[role] = name
    if form.texts.get("weight") == NONE:
        given["weight"] = None
    if form.texts.get("header") in _HEADERS:
        given["header"] = _HEADERS[form.texts["header"]]
    if confidence := form.text("confidence", limit=500):
        given["confidence"] = confidence
    if scores := _scores(form):
        given["scores"] = scores
    return ColumnsIn(**given)  # type: ignore[arg-type] # the fields by their names


def _scores(form: Form) -> dict[str, str]:
    """The columns of scores by their classes."""
    names, classes = form.lists.get("score_column", []), form.lists.get("score_class", [])
    scores: dict[str, str] = {}
    for name, label in zip(names, classes, strict=False):
        if not name:
            continue
        if not label.strip():
            raise InvalidInput(Fault("/scores", f"scores: say which class the scores in “{name[:100]}” are of."))
        if label.strip() in scores:
            raise InvalidInput(Fault("/scores", f"scores: the class “{label.strip()[:100]}” is named twice."))
        scores[label.strip()] = name
    return scores


def _chosen(run: RunRecord) -> dict[str, str]:
    """What was set before, as the fields of the form."""
    columns = run.columns
    chosen = {name: str(columns[name]) for name in ("truth", "confidence") if columns.get(name)}
    for name in ("prediction", "id", "weight"):
        if name in columns:
            chosen[name] = NONE if columns[name] is None else columns[name]
    if "header" in columns:
        chosen["header"] = "yes" if columns["header"] else "no"
    return chosen
