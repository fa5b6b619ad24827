"""Answers about the calibration of a run."""

from collections.abc import Iterator, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from shared.evaluation.calibration.reliability import CLIPPED_AT, Binning, ReliabilityBin
from shared.evaluation.thresholds.promises import MIN_SAMPLES
from shared.evaluation.types import Label
from shared.kit.plurals import there_are
from shared.runs.records import ReadyRun
from shared.runs.scores.curves import ClassReliability


class CalibrationBin(msgspec.Struct):
    """The samples of a bin."""

    lowest: Annotated[float, Meta(description="Lowest score in the bin.")]
    highest: Annotated[float, Meta(description="Highest score in the bin.")]
    mean_score: Annotated[float, Meta(description="Mean score, which is the share that the model expects.")]
    count: Annotated[int, Meta(description="Number of samples.")]
    share: Annotated[float, Meta(description="Share of the samples that have the class.")]
    gap: Annotated[float, Meta(description="Mean score less the share: above 0 the scores are too high.")]
    expected_low: Annotated[
        float | None,
        Meta(
            description="Lower end of the range in which the share lies in 95 % of samples of right scores; null where "
            "samples have weights."
        ),
    ]
    expected_high: Annotated[float | None, Meta(description="Upper end of that range.")]
    weight: Annotated[
        float | None, Meta(description="Sum of the weights of the samples; null where samples have none.")
    ] = None

    @classmethod
    def of(cls, found: ReliabilityBin) -> "CalibrationBin":
        """Present a bin."""
        share = found.positives / found.samples
        low, high = found.expected or (None, None)
        count = int(found.samples) if found.rows is None else found.rows
        weight = None if found.rows is None else found.samples
        return cls(found.lowest, found.highest, found.mean_score, count, share, found.gap, low, high, weight)


class RunCalibration(msgspec.Struct):
    """The calibration of the probabilities of a class, or of the predictions; all is null if there are no samples."""

    version: Annotated[int, Meta(description="Version of the run.")]
    label: Annotated[Label | None, Meta(description="Class that the scores are of; null of the predictions.")]
    rows: Annotated[int, Meta(description="Number of samples.")]
    binning: Annotated[Binning, Meta(description="How the bins are cut; `ece` and `mce` depend on it.")]
    bin_count: Annotated[int, Meta(description="Number of bins, with those that have no samples.")]
    bins: Annotated[list[CalibrationBin], Meta(description="Bins that have samples, from the lowest scores.")]
    ece: Annotated[float | None, Meta(description="Expected calibration error: mean size of the gaps by samples.")]
    mce: Annotated[float | None, Meta(description="Maximum calibration error: size of the largest gap.")]
    smooth_error: Annotated[
        float | None,
        Meta(description="Smooth calibration error (Błasiok and Nakkiran 2023), which depends on no bins."),
    ]
    brier: Annotated[
        float | None, Meta(description="Brier score: miscalibration less discrimination plus uncertainty.")
    ]
    miscalibration: Annotated[
        float | None, Meta(description="What the best monotone map of the scores would take off the Brier score.")
    ]
    discrimination: Annotated[
        float | None, Meta(description="What so mapped scores are better than the same score for every sample.")
    ]
    uncertainty: Annotated[float | None, Meta(description="Brier score of the share of the class as the only score.")]
    log_loss: Annotated[float | None, Meta(description="Mean log loss in nats, of scores clipped at `clipped_at`.")]
    clipped_at: Annotated[float, Meta(description="Scores nearer than this to 0 or 1 are moved for the log loss.")]
    clipped: Annotated[int, Meta(description="Number of samples whose score was moved.")]
    notices: Annotated[list[str], Meta(description="What has to be known to read this.")]

    @classmethod
    def of(cls, run: ReadyRun, found: ClassReliability, binning: Binning, bins: int) -> "RunCalibration":
        """Present what was measured."""
        measured = found.reliability
        label = None if found.position is None else run.summary.classes[found.position]
        if measured is None:
            nothing = (None,) * 8
            return cls(run.version, label, 0, binning, bins, [], *nothing, CLIPPED_AT, 0, ["There are no samples."])
        found_bins = [CalibrationBin.of(one) for one in measured.bins]
        return cls(
            run.version,
            label,
            sum(one.count for one in found_bins),
            binning,
            bins,
            found_bins,
            measured.ece,
            measured.mce,
            measured.smooth_error,
            measured.brier,
            measured.miscalibration,
            measured.discrimination,
            measured.uncertainty,
            measured.log_loss,
            CLIPPED_AT,
            measured.clipped,
            [*_notices(run), *_sample_notices(found_bins, is_of_class=label is not None)],
        )


def _notices(run: ReadyRun) -> list[str]:
    said = _kind_notices(run)
    if run.summary.is_weighted:
        said.append("Shares, means and errors are weighted; the range of a share is null, as weights are no counts.")
    return said


def _kind_notices(run: ReadyRun) -> list[str]:
    if run.summary.score_kind == "one-vs-rest":
        so = "The scores of a row do not sum to 1: each class is measured alone, and nothing was normalised."
        offer = " With `normalise: true` among the columns they are divided by their sum."
        return [so if run.summary.is_multilabel else f"{so}{offer}"]
    return []


def _sample_notices(bins: Sequence[CalibrationBin], *, is_of_class: bool) -> Iterator[str]:
    n = sum(one.count for one in bins)
    if n < MIN_SAMPLES:
        yield f"{there_are(n, 'sample')}: of fewer than {MIN_SAMPLES} these errors are mostly chance."
    if is_of_class and {one.share for one in bins} in ({0.0}, {1.0}):
        yield "All samples are of one kind, so that nothing shows whether the scores tell the class from the rest."
