"""A matrix as a file to keep."""

import asyncio
from typing import Literal, NamedTuple

from shared.evaluation.confusion.statistics import statistics
from shared.kit.errors import Fault, InvalidInput
from shared.matrices import exports
from shared.matrices.records import CountedMatrix

Format = Literal["json", "csv", "html", "pycm", "markdown"]
Part = Literal["matrix", "overall", "per_class"]


class ExportOptions(NamedTuple):
    """What the file is to hold, and how."""

    form: Format
    part: Part | None
    normalised: bool

    def check(self) -> None:
        """Raise InvalidInput for a parameter that the format does not know."""
        if self.part is not None and self.form != "csv":
            raise InvalidInput(Fault("/part", "part: only csv has parts; omit it."))
        if self.normalised and (self.form in {"html", "pycm"} or self.part in {"overall", "per_class"}):
            detail = "normalised: only json, markdown and the csv of the matrix can contain shares; omit it."
            raise InvalidInput(Fault("/normalised", detail))


class Document(NamedTuple):
    """A file of ours: its name holds nothing that a user wrote."""

    name: str
    media_type: str
    body: bytes


async def export(matrix: CountedMatrix, wish: ExportOptions) -> Document:
    """The file, for any format but html, which is made by a job."""
    return await asyncio.to_thread(_export, matrix, wish)


def file_name(matrix: CountedMatrix, suffix: str) -> str:
    """A name that says of which matrix and version the file is."""
    return f"matrix-{matrix.uid}-v{matrix.version}{suffix}"


def _export(matrix: CountedMatrix, wish: ExportOptions) -> Document:
    if wish.form == "pycm":
        return Document(file_name(matrix, ".obj"), "application/json", exports.pycm_object(matrix.matrix))
    if wish.form == "csv":
        name = file_name(matrix, f"-{wish.part or 'matrix'}.csv")
        return Document(name, "text/csv", _csv(matrix, wish).encode())
    figures = statistics(matrix.matrix)
    if wish.form == "markdown":
        text = exports.markdown(matrix, figures, normalised=wish.normalised)
        return Document(file_name(matrix, ".md"), "text/markdown", text.encode())
    body = exports.json_text(matrix, figures, normalised=wish.normalised)
    return Document(file_name(matrix, ".json"), "application/json", body)


def _csv(matrix: CountedMatrix, wish: ExportOptions) -> str:
    if wish.part in {None, "matrix"}:
        return exports.matrix_csv(matrix.matrix, normalised=wish.normalised)
    figures = statistics(matrix.matrix)
    return (
        exports.overall_csv(figures)
        if wish.part == "overall"
        else exports.per_class_csv(matrix.matrix.classes, figures)
    )
