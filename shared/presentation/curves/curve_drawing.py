"""Curves as paths of an SVG."""

from collections.abc import Sequence

from shared.evaluation.curves.roc_and_pr import CurvePoints
from shared.evaluation.intervals.roc_band import RocBand

SIDE = 400


def path(curve: CurvePoints, *, stepped: bool = False) -> str:
    """The curve in a square of SIDE units whose y axis points up.

    Between two points of a stepped curve y is that of the latter.
    """
    xs, ys = _coordinates(curve.x.tolist()), [SIDE - y for y in _coordinates(curve.y.tolist())]
    start, *further = zip(xs, ys, strict=True)
    form = "V{1:g}H{0:g}" if stepped else "L{0:g} {1:g}"
    return f"M{start[0]:g} {start[1]:g}" + "".join(form.format(x, y) for x, y in further)


def area_of_band(curve: CurvePoints | None, band: RocBand | None) -> str | None:
    """The band around a curve as a closed path in the same square: along its upper bounds, and back along the lower.

    None where there is no curve or no band.
    """
    if curve is None or band is None:
        return None
    xs = _coordinates(curve.x.tolist())
    forth = zip(xs, _coordinates(band.high.tolist()), strict=True)
    back = zip(xs[::-1], _coordinates(band.low[::-1].tolist()), strict=True)
    points = [f"{x:g} {SIDE - y:g}" for x, y in (*forth, *back)]
    return f"M{'L'.join(points)}Z"


def _coordinates(values: Sequence[float]) -> list[float]:
    return [round(value * SIDE, 1) for value in values]
