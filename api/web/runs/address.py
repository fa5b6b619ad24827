"""The address of a run's page: the class, the threshold, the slices, and the order of the classes."""

from collections.abc import Sequence
from typing import Annotated, NamedTuple
from urllib.parse import urlencode

from litestar.di import Provide
from litestar.params import QueryParameter

from shared.presentation.runs.tables import ClassSort, SortDirection

ClassParameter = Annotated[str, QueryParameter(name="class")]


class ClassOrder(NamedTuple):
    """What the classes of a page are sorted by, nothing unless a column title was clicked."""

    by: ClassSort = ""
    direction: SortDirection = "down"

    def clicked(self, column: ClassSort) -> "ClassOrder":
        """The order by a column, the other way round where it is that already."""
        return ClassOrder(column, "up" if self == (column, "down") else "down")


class RunAddress(NamedTuple):
    """The texts of an address, as they were typed; empty for the whole run as it is in its file."""

    class_label: str = ""
    threshold: str = ""
    slices: Sequence[str] = ()
    order: ClassOrder = ClassOrder()

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The names and values of what is chosen; forms carry along those that are not their own fields."""
        order = [("sort", self.order.by), ("direction", self.order.direction)] if self.order.by else []
        pairs = [("class", self.class_label), ("threshold", self.threshold), *(("slice", one) for one in self.slices)]
        return [(name, value) for name, value in (*pairs, *order) if value]

    @property
    def query(self) -> str:
        """The query of the address; empty where nothing is chosen."""
        return urlencode(self.pairs)

    @property
    def whole(self) -> str:
        """The query of the whole run in the same order."""
        return RunAddress(order=self.order).query

    def without(self, text: str) -> str:
        """The query without one of the slices."""
        return self._replace(slices=[kept for kept in self.slices if kept != text]).query

    def within(self, text: str) -> str:
        """The query with one more slice."""
        return self._replace(slices=list(dict.fromkeys([*self.slices, text]))).query

    def sorted_by(self, column: ClassSort) -> str:
        """The query behind the title of a column."""
        return self._replace(order=self.order.clicked(column)).query


def provide_run_address(
    class_label: ClassParameter = "",
    threshold: Annotated[str, QueryParameter()] = "",
    slices: Annotated[list[str] | None, QueryParameter(name="slice")] = None,
    sort: Annotated[ClassSort, QueryParameter()] = "",
    direction: Annotated[SortDirection, QueryParameter()] = "down",
) -> RunAddress:
    """Read the query of a page of a run."""
    return RunAddress(
        class_label, threshold.strip(), [text for text in slices or () if text], ClassOrder(sort, direction)
    )


RUN_ADDRESS = {"address": Provide(provide_run_address, sync_to_thread=False)}
