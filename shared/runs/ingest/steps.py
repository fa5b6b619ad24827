"""Steps by which the counts of a file become a run, whatever its task is."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from shared.evaluation.types import Label
from shared.predictions.errors import UnreadablePredictions
from shared.predictions.matrices.total_rows import SAID as TOTAL_ROW
from shared.predictions.matrices.total_rows import is_sum_row, is_total_row
from shared.predictions.tables.names import is_bare, normalise
from shared.predictions.tables.training_rows import training_values
from shared.runs.errors import FileUnreadable
from shared.runs.ingest.sample_ids import IdHashes
from shared.runs.ingest.tally import RowTally, SliceTally
from shared.runs.mapping import Assignment, MappingQuestion, NeedsMapping
from shared.runs.reading.columns.label_sets import labels_of, read_set
from shared.runs.rows.row_source import RowSource
from shared.runs.summary import PredictionSource, RunSummary, ScoreKind, SliceTable

# Rules by which a request says what the truth is: by the name of its column, or by a file of its own.
_SAID = frozenset({"given", "J1"})
# Folds partition the samples, repeats have all of them again.
_REPEATS = frozenset({"repeat", "repeats", "repetition", "iter", "resample"})


class RunResult(NamedTuple):
    """A run as it is stored: the summary, a table for each column of metadata, and what has to be said."""

    summary: RunSummary
    slices: list[SliceTable]
    notices: list[str]


class CountedRows(Protocol):
    """All rows of a file, counted in one piece or in parts."""

    tally: RowTally
    ids: IdHashes
    # The ids by themselves, where those of one sample may stand in several folds.
    samples: IdHashes
    score_types: list[str]
    metadata: list[str]
    has_decimal_commas: bool

    def position_of(self, row: int) -> str:
        """Where a row, counted from 0, stands in the file."""


def fold_columns(columns: Assignment) -> list[str]:
    """The canonical columns of the folds."""
    positions = [*columns.slices, *columns.texts]
    return [f"m_{positions.index(position)}" for position in columns.folds]


def misread(
    error: UnreadablePredictions, reader: CountedRows, rows: RowSource, labels_of: Callable[[str], Collection[str]]
) -> FileUnreadable:
    """The error of labels that cannot be read, with the first row of the label at fault.

    `labels_of` are the labels in the text of a code.
    """
    codes = [code for code, text in enumerate(reader.tally.labels.texts) if error.label in labels_of(text)]
    start = 0
    for group, size in enumerate(rows.group_sizes if codes else ()):
        table = rows.read(group, ["t", "p"])
        at = [np.flatnonzero(np.isin(table.column(side).to_numpy(), codes)) for side in ("t", "p")]
        if len(positions := np.concatenate(at)):
            place = _sentence(reader.position_of(start + int(positions.min())))
            return FileUnreadable(f"{place}: {error.detail}")
        start += size
    return FileUnreadable(error.detail)


def _sentence(place: str) -> str:
    return place[0].upper() + place[1:]


def sign_notices(tally: RowTally, signs: Sequence[str]) -> list[str]:
    """What has to be said of signs, such as ? and -, among labels that are numbers."""
    texts = np.array(tally.labels.texts, object)
    actual, predicted = (texts[codes] for codes in tally.counts.fields(2))
    notices = []
    for sign in signs:
        count = int(tally.counts.counts[(actual == sign) | (predicted == sign)].sum())
        if not count:
            continue
        notices.append(
            f"“{sign[:40]}” stands among labels that are numbers, in {count:,} row{'s' if count != 1 else ''}, and was "
            "counted as a class; leave these rows out if it says that there is no label."
        )
    return notices


def refuse_other_rows(reader: CountedRows, columns: Assignment, names: Sequence[str], rows: RowSource) -> None:
    """Raise FileUnreadable for rows that are no samples: the names again, as in files put together, and totals."""
    if columns.prediction is not None:
        _refuse_repeated_header(reader, names[columns.truth].strip(), names[columns.prediction].strip(), rows)
        _refuse_total(reader, rows)


def _refuse_repeated_header(reader: CountedRows, truth: str, prediction: str, rows: RowSource) -> None:
    texts = reader.tally.labels.texts
    pairs = {(texts[actual], texts[other]) for actual, other in zip(*reader.tally.counts.fields(2), strict=True)}
    if (truth, prediction) in pairs and not (is_bare(truth) and is_bare(prediction)):
        error = UnreadablePredictions("this row repeats the header; remove it.", label=truth)
        raise misread(error, reader, rows, lambda text: [text])


def _refuse_total(reader: CountedRows, rows: RowSource) -> None:
    texts, counts = reader.tally.labels.texts, reader.tally.counts
    group = rows.read(len(rows.group_sizes) - 1, ["t", "p"])
    last = tuple(int(group.column(side)[-1].as_py()) for side in ("t", "p"))
    pairs = zip(*(codes.tolist() for codes in counts.fields(2)), counts.counts.tolist(), strict=True)
    others = {texts[code] for *pair, count in pairs if count > 1 or (*pair,) != last for code in pair}
    sides = texts[last[0]], texts[last[1]]
    if is_total_row(*sides, others) or (not {*sides} <= others and is_sum_row(*sides, others, _plain_cells(rows))):
        raise FileUnreadable(f"{_sentence(reader.position_of(reader.tally.rows - 1))}: {TOTAL_ROW}")


def _plain_cells(rows: RowSource) -> list[list[str]]:
    """The texts of ids and metadata in the last row group, which are few rows where a total is looked for."""
    plain = [name for name in rows.schema.names if name == "id" or name.startswith("m_")]
    group = rows.read(len(rows.group_sizes) - 1, plain) if plain else None
    return [] if group is None else [group.column(name).to_pylist() for name in plain]


def sum_notices(tally: RowTally, kind: ScoreKind | None, *, is_normalised: bool) -> list[str]:
    """What has to be said of rows whose scores do not sum to 1, within 0.01."""
    count, rows = tally.scores.unsummed, tally.rows
    if is_normalised:
        were = f"in {count:,} of {rows:,} rows they did not sum to 1"
        return [f"The scores of each row were divided by their sum, as `normalise` says; {were}."]
    if kind != "one-vs-rest":
        return []
    so = f"In {count:,} of {rows:,} rows the scores do not sum to 1; nothing was normalised, and each class is"
    offer = "Name the columns again with `normalise: true` to divide the scores of each row by their sum."
    return [f"{so} measured alone. {offer}"]


def label_order(label: Label) -> tuple[bool, Any]:
    """By which labels are sorted: numbers before texts."""
    return isinstance(label, str), label


def is_inferred(columns: Assignment) -> bool:
    """Whether nobody named both sides."""
    return any(d.role in {"truth", "prediction"} and d.rule != "given" for d in columns.decisions)


def ask_one_class(label: str, columns: Assignment, name: str) -> None:
    """Raise NeedsMapping where all samples are of one class, which no scores tell from another, and nobody named it."""
    if any(d.role == "truth" and d.rule not in _SAID for d in columns.decisions):
        detail = f"All samples in “{name}” are of the class “{label[:100]}”, so that their scores have no curve; is "
        detail += "the file a part of a sorted one? Send `truth` with the name of the column to count it so."
        raise NeedsMapping([MappingQuestion("truth", detail, [name])])


def unlisted(actual: Collection[str], predicted: Sequence[str]) -> Sequence[str]:
    """The predicted labels without the list around each, of arrays of one column, where actual ones have none."""
    sets = [read_set(text, None) for text in predicted]
    labels = [labels_of(text) if text is not None else [] for text in sets]
    if any(len(each) != 1 for each in labels) or any(read_set(text, None) is not None for text in actual):
        return predicted
    return [each[0] for each in labels]


def predicted_by(columns: Assignment) -> PredictionSource:
    """What the predictions of a run are."""
    if columns.is_correctness:
        return "flag"
    if columns.prediction is not None:
        return "column"
    return "highest score" if len(columns.scores) > 1 else "threshold"


def repeats(reader: CountedRows, columns: Assignment, names: Sequence[str]) -> list[str]:
    """What has to be said of samples that stand in several rows, as in repeated folds."""
    so = "rows of the same sample are not independent, so that intervals are too narrow."
    if repeated := reader.samples.repeated_count():
        ids = "1 sample id stands" if repeated == 1 else f"{repeated:,} sample ids stand"
        return [f"{ids} in several rows, of different folds: {so}"]
    named = [names[position] for position in columns.folds if normalise(names[position]) in _REPEATS]
    if named and columns.id is None:
        return [f"“{named[0]}” says that samples may stand in several rows, and no ids tell which: {so}"]
    return []


def training_notices(tally: RowTally, names: Sequence[str]) -> list[str]:
    """What has to be said of rows that a model was trained on, by a column of metadata."""
    notices = []
    for name in names:
        part = tally.slices.get(name)
        own = training_values(part.values.texts) if part is not None and part.counts is not None else set()
        if part is None or part.counts is None or not own:
            continue
        codes = [code for code, text in enumerate(part.values.texts) if text in own]
        count = int(part.counts.counts[np.isin(part.counts.fields(3)[0], codes)].sum())
        said = f"“{name}” says of {count:,} of {tally.rows:,} rows that the model was trained on them, and they were"
        notices.append(f"{said} counted with the others; leave them out, or look at the slices by “{name}”.")
    return notices


def slice_table(
    name: str, part: SliceTally | None, positions: NDArray[np.int64], *, is_weighted: bool = False
) -> SliceTable:
    """The counts of a column of metadata by positions, in the order of its values."""
    if part is None or part.counts is None:
        return SliceTable(name)
    order = sorted(range(len(part.values)), key=part.values.texts.__getitem__)
    new = np.empty(len(order), np.int64)
    new[order] = np.arange(len(order))
    counts = part.counts.recoded((new, positions, positions))
    triples = np.column_stack(counts.fields(3)).astype(np.int64)
    table = SliceTable(name, sorted(part.values.texts), triples.tobytes(), counts.counts.tobytes())
    if not is_weighted or counts.sums is None:
        return table
    weights, squares = (sums.values().tobytes() for sums in (counts.sums.weights, counts.sums.squares))
    return msgspec.structs.replace(table, weights=weights, squares=squares)
