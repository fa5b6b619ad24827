"""What the first rows of a file would count, for its owner to confirm or change before all are counted."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from shared.kit.errors import DomainError
from shared.runs.ingest.finishing import finish
from shared.runs.ingest.reading_rows import RowReader
from shared.runs.ingest.steps import RunResult
from shared.runs.mapping import Assignment, MappingQuestion, NeedsMapping
from shared.runs.previews import Preview, PreviewClass, with_counts
from shared.runs.reading.tables import Batch, ColumnForm, FileTable
from shared.runs.rows.row_source import RowSource

CONFIRMATION = MappingQuestion(
    "confirmation",
    "Nothing was counted yet: look at the first rows and at what the columns were taken for, then confirm or change "
    "them.",
)


class _Head:
    """The first rows of a table, as a table."""

    def __init__(self, table: FileTable, rows: int) -> None:
        self._table, self._rows = table, rows
        self.names, self.notices, self.header_question = table.names, table.notices, table.header_question
        self.has_decimal_commas, self.class_names = table.has_decimal_commas, table.class_names
        self.sample, self.row_of, self.line_of = table.sample, table.row_of, table.line_of

    def batches(self, forms: Mapping[int, ColumnForm]) -> Iterator[Batch]:
        """The first rows of some columns."""
        left = self._rows
        for batch in self._table.batches(forms):
            yield {position: array.slice(0, left) for position, array in batch.items()}
            left -= max((len(array) for array in batch.values()), default=0)
            if left <= 0:
                return


def review(
    table: FileTable, assignment: Assignment, preview: Preview, rows: int, rows_file: Path, max_classes: int
) -> NeedsMapping:
    """Count the first rows, and return what is asked, with a preview that says what they counted.

    What the whole file would be refused for is a warning of the preview, so that other columns can be named.
    """
    reader = RowReader(_Head(table, rows), assignment, max_classes=max_classes)
    questions = [CONFIRMATION]
    try:
        reader.read(rows_file, lambda _: None)
        finished = finish(reader, assignment, table.names, RowSource(rows_file), max_classes)
        preview = with_counts(preview, reader.tally.rows, _classes(finished), [*table.notices, *finished.notices])
    except NeedsMapping as needed:
        questions = needed.questions
    except DomainError as error:
        preview = with_counts(preview, 0, [], [*table.notices, str(error)])
    return NeedsMapping(questions, assignment.decisions, preview)


def _classes(finished: RunResult) -> list[PreviewClass]:
    summary = finished.summary
    if summary.label_counts is not None:
        _, actual, predicted = summary.label_counts.by_label.T.tolist()
    else:
        rows = summary.matrix.of_rows
        actual, predicted = rows.actual.tolist(), rows.predicted.tolist()
    return [PreviewClass(str(label), *of) for label, *of in zip(summary.classes, actual, predicted, strict=True)]
