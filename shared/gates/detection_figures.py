"""The figures of detectors that gates test, each once."""

from typing import Literal, NamedTuple, get_args

DetectionFigure = Literal["map", "map_50", "map_75", "ap.class", "ap_50.class", "ap_75.class"]

DETECTION_FIGURES: tuple[DetectionFigure, ...] = get_args(DetectionFigure)


class FigureDefinition(NamedTuple):
    """A figure: its title, which of COCO's ten thresholds it averages, and whether it is of one class."""

    title: str
    thresholds: slice
    is_of_class: bool


FIGURES: dict[str, FigureDefinition] = {
    "map": FigureDefinition("Mean average precision", slice(None), is_of_class=False),
    "map_50": FigureDefinition("Mean average precision at IoU 0.50", slice(0, 1), is_of_class=False),
    "map_75": FigureDefinition("Mean average precision at IoU 0.75", slice(5, 6), is_of_class=False),
    "ap.class": FigureDefinition("Average precision", slice(None), is_of_class=True),
    "ap_50.class": FigureDefinition("Average precision at IoU 0.50", slice(0, 1), is_of_class=True),
    "ap_75.class": FigureDefinition("Average precision at IoU 0.75", slice(5, 6), is_of_class=True),
}
