"""The query of the list of runs: what is searched, sorted and grouped by, and the runs that are selected meanwhile."""

import math
from typing import Annotated, Literal
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar.params import QueryParameter

from shared.kit.errors import Fault, InvalidInput
from shared.kit.ids import parse_uuid
from shared.runs.figures import FIGURES
from shared.runs.list_queries import GroupKind, RunFilter, SortPosition

# A selection is part of addresses, which proxies cut at 8 KB.
MAX_SELECTED = 100
_MAX_TEXT = 255
_BETWEEN = "~"

SelectedParameter = Annotated[list[str] | None, QueryParameter(name="run")]
RunCursor = Annotated[str, QueryParameter()]
_Text = Annotated[str, QueryParameter()]

SORTS: dict[str, list[str]] = {
    "Of the positive class": [one for one in FIGURES if one.endswith(".class")],
    "Of all samples": [one for one in FIGURES if not one.endswith(".class") and not one.startswith("multilabel.")],
    "Of label sets": [one for one in FIGURES if one.startswith("multilabel.")],
}


class RunListQuery(msgspec.Struct, frozen=True):
    """What a list of runs is asked for; empty texts leave a field open."""

    tag: str = ""
    model: str = ""
    dataset: str = ""
    q: str = ""
    sort: str = ""
    order: Literal["best", "worst"] = "best"
    group: GroupKind | Literal[""] = ""
    selected: list[UUID] = []

    @property
    def filter(self) -> RunFilter:
        """Which runs are listed."""
        dataset_id = parse_uuid(self.dataset) if self.dataset else None
        return RunFilter(self.tag or None, self.model or None, dataset_id, self.q or None)

    @property
    def is_filtered(self) -> bool:
        """Whether only some of the runs are listed."""
        return bool(self.tag or self.model or self.dataset or self.q)

    @property
    def selection(self) -> str:
        """The selected runs as a query."""
        return urlencode([("run", str(run_id)) for run_id in self.selected])

    def address(self, **others: str) -> str:
        """The address of the list with the selection, and with other fields; without a cursor."""
        fields = {name: getattr(self, name) for name in ("tag", "model", "dataset", "q", "sort", "group")}
        fields["order"] = self.order if self.order != "best" else ""
        pairs = [(name, text) for name, text in (fields | others).items() if text]
        query = urlencode([*pairs, *(("run", str(run_id)) for run_id in self.selected)])
        return f"/app/runs?{query}" if query else "/app/runs"


def provide_run_list_query(
    tag: _Text = "",
    model: _Text = "",
    dataset: _Text = "",
    q: _Text = "",
    sort: _Text = "",
    order: Annotated[Literal["best", "worst"], QueryParameter()] = "best",
    group: Annotated[Literal["", "dataset", "model", "tag"], QueryParameter()] = "",
    run: SelectedParameter = None,
) -> RunListQuery:
    """Read the query; raises InvalidInput."""
    texts = {"tag": tag.strip(), "model": model.strip(), "dataset": dataset.strip(), "q": q.strip()}
    for name, text in texts.items():
        if len(text) > _MAX_TEXT:
            raise InvalidInput(Fault(f"/{name}", f"{name}: use at most {_MAX_TEXT} characters."))
    if texts["dataset"] and parse_uuid(texts["dataset"]) is None:
        raise InvalidInput(Fault("/dataset", "dataset: not the id of a dataset."))
    return RunListQuery(**texts, sort=sort, order=order, group=group, selected=read_selected(run))


def read_selected(run: list[str] | None) -> list[UUID]:
    """The selected runs, each once; raises InvalidInput for too many of them."""
    ids = list(dict.fromkeys(known for text in run or () if (known := parse_uuid(text)) is not None))
    if len(ids) > MAX_SELECTED:
        raise InvalidInput(Fault("/run", f"run: select at most {MAX_SELECTED} runs; {len(ids)} are selected."))
    return ids


def read_position(cursor: str) -> SortPosition | None:
    """The last run of the page before in a sorted list; raises InvalidInput."""
    if not cursor:
        return None
    value, _, text = cursor.partition(_BETWEEN)
    run_id = parse_uuid(text)
    try:
        position = float(value)
    except ValueError:
        position = math.nan
    if run_id is None or math.isnan(position):
        raise InvalidInput(Fault("/cursor", "cursor: not of a page of this list; begin with its first page."))
    return SortPosition(position, run_id)


def cursor_of(value: float, run_id: UUID) -> str:
    """The cursor of the page after a run in a sorted list."""
    return f"{value!r}{_BETWEEN}{run_id}"
