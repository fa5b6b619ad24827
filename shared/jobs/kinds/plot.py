"""The picture of a confusion matrix."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from shared.jobs.work import MatrixWork

ColourMap = Literal["Blues", "Greens", "Greys", "Oranges", "Purples", "viridis", "magma", "cividis"]


class PlotOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the picture is to look."""

    normalised: bool = False
    colour_map: ColourMap = "Blues"
    title: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    numbers: bool = True
    dpi: Annotated[int, Meta(ge=50, le=300)] = 100


class Plot(MatrixWork, frozen=True, kw_only=True, tag="plot"):
    """A picture: makes `plot.png` and `plot.svg`."""

    options: PlotOptions = PlotOptions()
