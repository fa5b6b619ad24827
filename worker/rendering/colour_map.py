"""The colour maps of plots: that of the pages, and matplotlib's."""

from matplotlib import colormaps
from matplotlib.colors import Colormap, LinearSegmentedColormap

from shared.matrices.kinds.plot import ColourMap
from shared.presentation.matrices.cell_sheet import correct_shades

# From the paper on, which an empty cell shows; a plot is printed and mailed, so its scheme is the light one.
_OF_PAGES = LinearSegmentedColormap.from_list("evalserve", [(1.0, 1.0, 1.0), *map(tuple, correct_shades().tolist())])


def colour_map_named(name: ColourMap) -> Colormap:
    """Return a colour map by the name that requests use."""
    return _OF_PAGES if name == "evalserve" else colormaps[name]
