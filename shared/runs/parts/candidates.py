"""The rows of a part that may be top rows of the run, kept by whoever reads the part: nobody reads all rows again.

What the scores are of is known only of the whole file. But of the rows with the same two labels, whatever class these
become, the most confident ones have the highest scores, or the highest of what is left of them to 1 or to 0; so the top
rows of the run are among those of each.
"""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from shared.predictions.values import usual_number
from shared.runs.ingest.tally import RowTally
from shared.runs.mapping import Assignment
from shared.runs.row_source import RowSource
from shared.runs.row_texts import text_bytes
from shared.runs.top_rows import KEPT, ROWS, Highest, RankedRows, collect

# A file has two hundred parts, and memory holds what all of them keep.
MAX_ROWS = 2**14
MAX_BYTES = 2**20


def find_candidates(rows: Path, columns: Assignment, tally: RowTally) -> bytes:
    """The rows as Parquet, with their positions in the part; empty where they are too many to be kept."""
    codes_of_scores = _codes_of_scores(columns, tally)
    if codes_of_scores is None or columns.is_multilabel:
        return b""
    truth, predicted = tally.counts.fields(2)
    ways = 3 if len(columns.scores) == 1 else 1
    if len(truth) * ways * KEPT > MAX_ROWS:
        return b""
    width = len(tally.labels)
    cell_of = np.zeros(width * width, np.int64)
    cell_of[truth * width + predicted] = np.arange(len(truth))
    source = RowSource(rows)

    def groups() -> Iterator[RankedRows]:
        start = 0
        for group, size in enumerate(source.group_sizes):
            table = source.read(group)
            own, said = (table.column(side).to_numpy().astype(np.int64) for side in ("t", "p"))
            cells = cell_of[own * width + said]
            ranks = [(scores, cells) for scores in _ranks(table, said, codes_of_scores)]
            yield RankedRows(table, np.arange(start, start + size), ranks)
            start += size

    found = collect([Highest(len(truth)) for _ in range(ways)], groups())
    texts = [name for name in found.column_names if name.startswith("m_") or name == "id"]
    if int(text_bytes(found.select(texts)).sum()) > MAX_BYTES:
        return b""
    out = io.BytesIO()
    metadata = {ROWS: str(tally.rows).encode()}
    pq.write_table(found.replace_schema_metadata(metadata), out, row_group_size=MAX_ROWS, compression="zstd")
    return out.getvalue()


def _codes_of_scores(columns: Assignment, tally: RowTally) -> NDArray[np.int64] | None:
    """The column of scores of each code that is predicted, -1 for others; None where it is not known for certain."""
    chosen = np.full(len(tally.labels), -1)
    if len(columns.scores) <= 1:
        return chosen
    classes = columns.score_classes or []
    known = {text: at for at, text in enumerate(classes)}
    # Of columns of 1 and 1.0 the whole file says which one counts.
    numbers = [number for text in classes if (number := usual_number(text)) is not None]
    predicted = {int(code) for code in tally.counts.fields(2)[1]}
    texts = {code: tally.labels.texts[code] for code in predicted}
    if len({*numbers}) < len(numbers) or any(text not in known for text in texts.values()):
        return None
    for code, text in texts.items():
        chosen[code] = known[text]
    return chosen


def _ranks(table: pa.Table, predicted: NDArray[np.int64], codes_of_scores: NDArray[np.int64]) -> list[NDArray[Any]]:
    """The scores by which rows may be ranked."""
    names = [name for name in table.column_names if name.startswith("s_")]
    if not names:
        return [np.zeros(table.num_rows)]
    scores = [table.column(f"s_{at}").to_numpy() for at in range(len(names))]
    if len(scores) == 1:
        return [scores[0], 1 - scores[0], -scores[0]]
    return [np.column_stack(scores)[np.arange(table.num_rows), codes_of_scores[predicted]]]
