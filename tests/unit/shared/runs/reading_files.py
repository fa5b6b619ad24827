"""Files of predictions for tests, read by the whole pure way."""

from pathlib import Path
from typing import Any

import msgspec

from shared.runs.ingest.file_to_run import IngestedRun, IngestLimits, ingest
from shared.runs.joining.rules import Extra, Missing, TruthFile
from shared.runs.mapping import ColumnsIn

LIMITS = IngestLimits(max_bytes=10_000_000, max_classes=50, private_support=3)


def read(folder: Path, data: bytes | str, limits: IngestLimits = LIMITS, **columns: Any) -> IngestedRun:
    """Read a file, with the columns that are named."""
    path = folder / "file"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return ingest(path, folder, msgspec.convert(columns, ColumnsIn), limits, lambda _: None)


def counts(read_file: IngestedRun) -> tuple[list[Any], list[list[int]]]:
    """The classes and the counts of a file."""
    matrix = read_file.finished.summary.matrix
    return list(matrix.classes), matrix.counts.tolist()


def read_joined(
    folder: Path,
    predictions: str,
    truth: str,
    missing: Missing = "refuse",
    extra: Extra = "refuse",
    /,
    *,
    private_support: int | None = None,
    **columns: Any,
) -> IngestedRun:
    """Read a file of predictions with that of the truth, with the columns that are named."""
    for name, text in (("file", predictions), ("truth", truth)):
        (folder / name).write_text(text)
    named = msgspec.convert(columns, ColumnsIn)
    other = TruthFile(folder / "truth", missing, extra, private_support=private_support)
    return ingest(folder / "file", folder, named, LIMITS, lambda _: None, other)
