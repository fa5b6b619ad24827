"""The columns of ids and actual labels of one file; what is not clear is asked."""

from shared.predictions.tables.column_kinds import Column
from shared.predictions.tables.names import kind_of
from shared.predictions.tables.roles import infer_roles
from shared.runs.errors import ColumnUnknown
from shared.runs.mapping import Asked, ColumnsIn, MappingQuestion, NeedsMapping
from shared.runs.reading.columns.inference import MAX_METADATA
from shared.runs.reading.columns.named import MAX_SLICE_VALUES
from shared.runs.reading.tables import ColumnForm, FileTable

# Columns of these roles beside the labels say nothing of a sample.
_NOT_JOINED = frozenset({"id", "index"})
# Behind the name of a column that both files have.
SUFFIX = " (truth)"


class FileSide:
    """One file, and what its own names and cells say of ids and actual labels."""

    def __init__(self, table: FileTable, sample_rows: int) -> None:
        self._names, self._columns = list(table.names), table.sample(sample_rows)
        columns = [Column(name, cells) for name, cells in zip(self._names, self._columns, strict=True)]
        self._inferred = infer_roles(columns)

    def of(self, *roles: str) -> list[int]:
        """The columns of some roles."""
        return [decision.column for decision in self._inferred if decision.role in roles]

    def is_weight(self, position: int) -> bool:
        """Whether a column may hold weights."""
        return position in self.of("weight", "count")

    def metadata(self, *named: int) -> dict[int, ColumnForm]:
        """The columns beside those that are `named`, and the form in which each is read."""
        others = [at for at in self.others() if at not in named][:MAX_METADATA]
        return {at: ColumnForm.LABELS if self.distinct(at) <= MAX_SLICE_VALUES else ColumnForm.TEXT for at in others}

    def others(self) -> list[int]:
        """The columns that are metadata, or may be."""
        return [d.column for d in self._inferred if d.role not in _NOT_JOINED and self._names[d.column]]

    def distinct(self, position: int) -> int:
        """How many different texts the sample of a column has."""
        return len({*self._columns[position]})

    def position_named(self, name: str) -> int:
        """The column of a name; raises ColumnUnknown."""
        if name not in self._names:
            known = ", ".join(f"“{known}”" for known in self._names[:20])
            raise ColumnUnknown(f"The file has no column “{name[:100]}”; its columns are {known}.")
        return self._names.index(name)

    def id_position(self, what: str) -> int:
        """The column of ids; raises NeedsMapping where several or none may be."""
        found = self.of("id") or [at for at, name in enumerate(self._names) if kind_of(name) == "id"]
        if len(found) == 1:
            return found[0]
        detail = f"Nothing says which column of the file with the {what} holds the sample ids; name it."
        raise _asked("id", detail, [self._names[at] for at in found or range(len(self._names))])

    def truth_position(self, given: ColumnsIn, id_position: int) -> int:
        """The column of the actual labels; raises NeedsMapping, ColumnUnknown."""
        if isinstance(given.truth, str):
            plain = given.truth if given.truth in self._names else given.truth.removesuffix(SUFFIX)
            return self.position_named(plain)
        named = [at for at in self.of("truth") if at != id_position]
        found = named or [at for at in self.others() if at != id_position]
        if len(found) == 1:
            return found[0]
        detail = "Nothing says which column of the file with the actual labels holds them; name it."
        raise _asked("truth", detail, [self._names[at] for at in found])


def _asked(asks: Asked, detail: str, names: list[str]) -> NeedsMapping:
    return NeedsMapping([MappingQuestion(asks, detail, names)])
