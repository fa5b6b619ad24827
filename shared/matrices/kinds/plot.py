"""The picture of a confusion matrix."""

from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct

from shared.kit.names import Name
from shared.matrices.arguments import MatrixArguments

ColourMap = Literal["evalserve", "Blues", "Greens", "Greys", "Oranges", "Purples", "viridis", "magma", "cividis"]

PlotFormat = Literal["png", "svg"]
FORMATS: tuple[PlotFormat, ...] = get_args(PlotFormat)


class PlotOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the plot looks."""

    normalised: Annotated[bool, Meta(description="Show the share of each row instead of counts.")] = False
    colour_map: Annotated[
        ColourMap, Meta(description="Colour map: evalserve, with the blues of the pages, or one by matplotlib's name.")
    ] = "evalserve"
    title: Annotated[
        Annotated[Name, Meta(max_length=200)] | None,
        Meta(description="Title of the plot, 1 to 200 characters; null for none."),
    ] = None
    numbers: Annotated[bool, Meta(description="Write the number into each cell.")] = True
    dpi: Annotated[int, Meta(ge=50, le=300, description="Resolution of the PNG in dots per inch, 50 to 300.")] = 100
    formats: Annotated[
        tuple[PlotFormat, ...],
        Meta(min_length=1, max_length=len(FORMATS), description="Formats to draw, 1 or 2 of them."),
    ] = FORMATS


class Plot(MatrixArguments, frozen=True, kw_only=True, tag="plot"):
    """A plot of a confusion matrix: makes `plot.png` and `plot.svg`, or one of them."""

    options: Annotated[PlotOptions, Meta(description="How the plot looks.")] = PlotOptions()
