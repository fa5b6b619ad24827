"""The temperature of a run's probabilities, of all classes together."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from shared.evaluation.calibration.fitting import NothingToFit
from shared.evaluation.calibration.multiclass import FittedTemperature, TemperaturePlan, fit_and_judge
from shared.evaluation.calibration.recalibration import TooFewOfAKind
from shared.kit.platform import Platform
from shared.runs import answers
from shared.runs.errors import SamplesInsufficient, ScoresNotProbabilities
from shared.runs.records import ReadyRun
from shared.runs.rows.filters import Condition
from shared.runs.rows.scanning import RowScan
from shared.runs.scores.probabilities import read_probabilities, with_weight

# Of eight bytes each, held a few times over by the process that answers.
MAX_PROBABILITIES = 8_000_000

_APART = (
    "The scores of each class were made apart from the others and do not sum to 1; "
    "recalibrate them class by class with `recalibration`, or name the columns again with `normalise: true`."
)


async def temperature(
    platform: Platform, run: ReadyRun, conditions: Sequence[Condition], plan: TemperaturePlan
) -> FittedTemperature:
    """Fit a temperature and judge it; raises ScoresMissing, ScoresNotProbabilities, SamplesInsufficient."""
    if run.summary.score_kind == "one-vs-rest":
        raise ScoresNotProbabilities(_APART)
    share = MAX_PROBABILITIES / (run.summary.rows * len(run.summary.classes))
    random = np.random.default_rng(plan.seed)

    def drawn(table: pa.Table) -> pa.Table:
        if share >= 1:
            return table
        return table.take(pa.array(np.flatnonzero(random.random(table.num_rows) < share)))

    def measure(scan: RowScan) -> FittedTemperature:
        read = read_probabilities(scan, run, conditions, lambda table: drawn(with_weight(scan, table)))
        try:
            return fit_and_judge(read.labels, read.probabilities, plan, read.weights)
        except (NothingToFit, TooFewOfAKind) as error:
            raise SamplesInsufficient(str(error)) from error

    return await answers.scan(platform, run, measure)
