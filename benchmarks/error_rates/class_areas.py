"""How often the intervals of averages of areas under curves hold the true value.

    python -m benchmarks.error_rates.class_areas [sets]

Three classes; a normal score of each, one higher where a sample is of the class, becomes a probability by a softmax. In
the second kind the third class has one of 21 samples. 1,000 sets of each kind if not told otherwise, all from one seed.
"""

import sys
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks.error_rates.statistics import ALPHA, SEED, SIZES
from shared.evaluation.inputs.label_codes import Codes
from shared.evaluation.intervals import class_areas, class_precisions
from shared.evaluation.intervals.class_areas import AverageArea
from shared.evaluation.intervals.class_precisions import Measure, average_precision_changes, careful_pr_area_changes

SHARES = {"even": (1 / 3, 1 / 3, 1 / 3), "1:20": (10 / 21, 10 / 21, 1 / 21)}
DISTANCES = (1.0, 2.0)
# So many samples that their areas are the true ones.
MANY = 1_000_000

Average = Callable[[NDArray[np.float64], Codes, float], AverageArea]


def _macro_precision(probabilities: NDArray[np.float64], codes: Codes, measure: Measure, alpha: float) -> AverageArea:
    return class_precisions.areas_by_class(probabilities, codes, [measure], alpha)[0].macro


def _micro_precision(probabilities: NDArray[np.float64], codes: Codes, measure: Measure, alpha: float) -> AverageArea:
    return class_precisions.micro_areas(probabilities, codes, [measure], alpha)[0]


def _of_precision(average: Callable[..., AverageArea], measure: Measure) -> Average:
    return lambda probabilities, codes, alpha: average(probabilities, codes, measure, alpha)


AVERAGES: dict[str, Average] = {
    "ROC AUC, macro": class_areas.macro_area,
    "ROC AUC, micro": class_areas.micro_area,
    "average precision, macro": _of_precision(_macro_precision, average_precision_changes),
    "average precision, micro": _of_precision(_micro_precision, average_precision_changes),
    "PR AUC, macro": _of_precision(_macro_precision, careful_pr_area_changes),
    "PR AUC, micro": _of_precision(_micro_precision, careful_pr_area_changes),
}


def draw(
    random: np.random.Generator, n: int, shares: tuple[float, ...], distance: float
) -> tuple[NDArray[np.float64], Codes]:
    """Probabilities and classes of so many samples."""
    codes = random.choice(len(shares), n, p=shares).astype(np.uint8)
    raised = np.exp(random.normal(size=(n, len(shares))) + distance * (codes[:, np.newaxis] == np.arange(len(shares))))
    return raised / raised.sum(axis=1, keepdims=True), codes


def main() -> None:
    """Print the table as Markdown."""
    sets = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    random = np.random.default_rng(SEED)
    print("| average | classes | distance | area | n | coverage of 95 % | sets without |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    for name, shares in SHARES.items():
        for distance in DISTANCES:
            many = draw(random, MANY, shares, distance)
            truth = {average: measure(*many, ALPHA).value for average, measure in AVERAGES.items()}
            for size in SIZES:
                drawn = [draw(random, size, shares, distance) for _ in range(sets)]
                for average, measure in AVERAGES.items():
                    found = [measure(*one, ALPHA).interval for one in drawn]
                    held = [low <= truth[average] <= high for low, high in (one for one in found if one is not None)]
                    row = f"| {average} | {name} | {distance:g} | {truth[average]:.3f} | {size} "
                    print(f"{row}| {np.mean(held):.1%} | {1 - len(held) / sets:.1%} |", flush=True)


if __name__ == "__main__":
    main()
