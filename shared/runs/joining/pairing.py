"""Which columns of two files hold the ids, the actual labels and the predictions; what is not clear is asked."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from msgspec import UNSET

from shared.predictions.tables.names import normalise
from shared.runs.errors import ColumnsContradictory
from shared.runs.joining.dataset_file import ID_POSITION, TRUTH_POSITION
from shared.runs.joining.file_side import SUFFIX, FileSide
from shared.runs.joining.joined_table import JoinedTable
from shared.runs.joining.rules import TruthFile
from shared.runs.joining.truth_rows import TruthRows
from shared.runs.mapping import ColumnDecision, ColumnRole, ColumnsIn
from shared.runs.reading.tables import ColumnForm, FileTable

# Two files are joined by these, and so is the decision about their columns.
_RULE = "J1"


class JoinedFiles(NamedTuple):
    """A joined table, and the roles of those of its columns that the two files decide."""

    table: JoinedTable
    known: dict[int, ColumnDecision]


def pair(predictions: FileTable, truth: FileTable, given: ColumnsIn, rules: TruthFile, sample_rows: int) -> JoinedFiles:
    """Join two files by sample id; raises NeedsMapping, ColumnUnknown, ColumnsContradictory, and what reading raises.

    `given.truth` and `given.slices` may name columns of both files; a name that both have is that of the predictions,
    and the other column is named with “ (truth)” behind it.
    """
    if given.id is None:
        raise ColumnsContradictory("Two files are joined by the ids of their samples, so that `id` cannot be null.")
    ours, theirs = FileSide(predictions, sample_rows), FileSide(truth, sample_rows)
    own_id = ours.position_named(given.id) if isinstance(given.id, str) else ours.id_position("predictions")
    their_id, labels = _decided_columns(predictions.names[own_id], truth, theirs, given, rules)
    forms = theirs.metadata(their_id, labels)
    if rules.private_support is not None:
        # Texts that hardly two samples have in common name single samples.
        forms = {at: form for at, form in forms.items() if form is ColumnForm.LABELS}
    names = {_free(truth.names[at], predictions.names): at for at in (labels, *forms)}
    rows = TruthRows(truth, their_id, labels, forms)
    if rules.private_support is not None:
        rows.merge_small_groups(rules.private_support)
    own_name = {at: name for name, at in names.items()}
    weights = {at for at in forms if theirs.is_weight(at) or given.weight == own_name[at]}
    table = JoinedTable(predictions, own_id, rows, names, rules, weights)
    said = "the ids by which both files are joined"
    known = {own_id: _decided(predictions.names[own_id], "id", said, is_inferred=given.id is UNSET)}
    known |= _known_labels(table, ours, labels, names, given)
    # A column of weights is decided about like any other, whichever file has it.
    metadata = {at: form for at, form in forms.items() if at not in weights}
    known |= _known_metadata(names, metadata, len(predictions.names), given)
    return JoinedFiles(table, known)


def _decided_columns(
    own_id: str, truth: FileTable, theirs: FileSide, given: ColumnsIn, rules: TruthFile
) -> tuple[int, int]:
    """The columns of the ids and of the actual labels in the file with the truth."""
    if rules.is_dataset:
        name = truth.names[TRUTH_POSITION]
        if given.truth not in {UNSET, name, f"{name}{SUFFIX}"}:
            raise ColumnsContradictory(f"The dataset says that “{name}” holds the actual labels; leave out `truth`.")
        return ID_POSITION, TRUTH_POSITION
    same = [at for at, name in enumerate(truth.names) if normalise(name) == normalise(own_id)]
    their_id = same[0] if same else theirs.id_position("actual labels")
    return their_id, theirs.truth_position(given, their_id)


def _free(name: str, taken: Sequence[str]) -> str:
    return f"{name}{SUFFIX}" if normalise(name) in {normalise(other) for other in taken} else name


def _decided(name: str, role: ColumnRole, evidence: str, *, is_inferred: bool) -> ColumnDecision:
    if is_inferred:
        return ColumnDecision(name, role, _RULE, "certain", evidence)
    return ColumnDecision(name, role, "given", "certain", "the request says so")


def _known_labels(
    table: JoinedTable, ours: FileSide, labels: int, names: Mapping[str, int], given: ColumnsIn
) -> dict[int, ColumnDecision]:
    at = [*names.values()].index(labels)
    position = len(table.names) - len(names) + at
    said = "the actual labels in the file that was named for them"
    known = {position: _decided(table.names[position], "truth", said, is_inferred=given.truth is UNSET)}
    own = ours.of("truth")
    if given.prediction is UNSET and not ours.of("prediction") and len(own) == 1:
        # What a file calls a label is what it predicts, once another one has the truth.
        said = "the only labels of this file; the actual ones are in the other"
        known[own[0]] = _decided(table.names[own[0]], "prediction", said, is_inferred=True)
    return known


def _known_metadata(
    names: Mapping[str, int], forms: Mapping[int, ColumnForm], width: int, given: ColumnsIn
) -> dict[int, ColumnDecision]:
    known = {}
    for at, (name, position) in enumerate(names.items()):
        if position not in forms or (given.slices is not UNSET and name in given.slices):
            continue
        role: ColumnRole = "slice" if forms[position] is ColumnForm.LABELS and given.slices is UNSET else "text"
        known[width + at] = ColumnDecision(name, role, _RULE, "certain", "a column beside the actual labels")
    return known
