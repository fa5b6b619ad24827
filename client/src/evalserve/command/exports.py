"""Runs as files: each format by its name."""

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any


def _json(_: Any, run: Any) -> bytes:
    answer = run.data | {"metrics": run.metrics, "classes": run.classes, "matrix": run.matrix, "labels": run.labels}
    return json.dumps(answer, ensure_ascii=False, indent=1).encode() + b"\n"


def _errors(client: Any, run: Any) -> bytes:
    content: bytes = client.send("GET", f"/v1/runs/{run.id}/errors.csv")
    return content


def _card(_: Any, run: Any) -> bytes:
    from evalserve.cards import markdown  # noqa: PLC0415 -- `--help` needs it not

    return markdown(run).encode()


def _weights_and_biases(_: Any, run: Any) -> bytes:
    from evalserve.mlflow import table_of  # noqa: PLC0415 -- `--help` needs it not

    table = table_of(run.samples(at_most=None))
    table = {"_type": "table", **table, "ncols": len(table["columns"]), "nrows": len(table["data"])}
    return json.dumps(table, ensure_ascii=False).encode() + b"\n"


def _receipt(_: Any, run: Any) -> bytes:
    return receipt_of(run)


EXPORTS: Mapping[str, Callable[[Any, Any], bytes]] = {
    "json": _json,
    "errors.csv": _errors,
    "model-card": _card,
    "receipt": _receipt,
    "wandb.table.json": _weights_and_biases,
}


def report(comparison: Any, markdown: Path | None, junit: Path | None, *, is_failed: bool) -> None:
    """Add a comparison to a file of Markdown, and write it as a test of JUnit. Raises OSError."""
    from evalserve import reports  # noqa: PLC0415 -- `--help` needs it not

    if markdown is not None:
        with markdown.open("a", encoding="utf-8") as file:
            file.write(reports.markdown(comparison))
    if junit is not None:
        replace(junit, reports.junit(comparison, is_failed=is_failed).encode())


def receipt_of(result: Any) -> bytes:
    """Return the receipt of a run or a comparison as a file."""
    return json.dumps(result.receipt(), ensure_ascii=False, indent=1).encode() + b"\n"


def replace(path: Path, content: bytes) -> None:
    """Write a file as a whole: where the disk is full, what was there before stays. Raises OSError."""
    descriptor, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(partial).replace(path)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise
