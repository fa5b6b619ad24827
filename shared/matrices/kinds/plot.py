"""The picture of a confusion matrix."""

from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct

from shared.kit.names import Name
from shared.matrices.arguments import MatrixArguments

ColourMap = Literal["Blues", "Greens", "Greys", "Oranges", "Purples", "viridis", "magma", "cividis"]

Format = Literal["png", "svg"]
FORMATS: tuple[Format, ...] = get_args(Format)


class PlotOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the picture is to look."""

    normalised: bool = False
    colour_map: ColourMap = "Blues"
    title: Annotated[Name, Meta(max_length=200)] | None = None
    numbers: bool = True
    dpi: Annotated[int, Meta(ge=50, le=300)] = 100
    formats: Annotated[tuple[Format, ...], Meta(min_length=1, max_length=len(FORMATS))] = FORMATS


class Plot(MatrixArguments, frozen=True, kw_only=True, tag="plot"):
    """A picture: makes `plot.png` and `plot.svg`, or those of them that `formats` asks for."""

    options: PlotOptions = PlotOptions()
