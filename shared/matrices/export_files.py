"""A matrix as a file to download."""

from typing import Literal, NamedTuple

from shared.kit.errors import Fault, InvalidInput
from shared.matrices import exports
from shared.matrices.kept_statistics import statistics_of, work_on
from shared.matrices.records import CountedMatrix

MatrixFormat = Literal["json", "csv", "html", "pycm", "markdown"]
MatrixPart = Literal["matrix", "overall", "per_class"]


class ExportOptions(NamedTuple):
    """The format and the contents of the file."""

    form: MatrixFormat
    part: MatrixPart | None
    normalised: bool

    def check(self) -> None:
        """Raise InvalidInput for a parameter that the format does not support."""
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


async def export(matrix: CountedMatrix, options: ExportOptions) -> Document:
    """Make the file, in any format but html, which a job renders."""
    return await work_on(matrix.matrix, _export, matrix, options)


def file_name(matrix: CountedMatrix, suffix: str) -> str:
    """A file name with the id and version of the matrix."""
    return f"matrix-{matrix.uid}-v{matrix.version}{suffix}"


def _export(matrix: CountedMatrix, options: ExportOptions) -> Document:
    if options.form == "pycm":
        return Document(file_name(matrix, ".obj"), "application/json", exports.pycm_object(matrix.matrix))
    if options.form == "csv":
        name = file_name(matrix, f"-{options.part or 'matrix'}.csv")
        return Document(name, "text/csv", _csv(matrix, options).encode())
    computed = statistics_of(matrix.matrix)
    if options.form == "markdown":
        text = exports.markdown(matrix, computed, normalised=options.normalised)
        return Document(file_name(matrix, ".md"), "text/markdown", text.encode())
    body = exports.json_text(matrix, computed, normalised=options.normalised)
    return Document(file_name(matrix, ".json"), "application/json", body)


def _csv(matrix: CountedMatrix, options: ExportOptions) -> str:
    if options.part in {None, "matrix"}:
        return exports.matrix_csv(matrix.matrix, normalised=options.normalised)
    computed = statistics_of(matrix.matrix)
    return (
        exports.overall_csv(computed)
        if options.part == "overall"
        else exports.per_class_csv(matrix.matrix.classes, computed)
    )
