"""The counts of paired samples: of all, of a class, and of slices."""

from collections.abc import Sequence

import numpy as np

from shared.comparisons.pairing import PairedSamples
from shared.comparisons.results import FlipCounts, SliceValue
from shared.evaluation.paired.tensor import PairedCounts, count_pairs
from shared.evaluation.types import Label

# More values are not read by anybody, and each is a test that the others are adjusted for.
MAX_VALUES = 200


def counted(samples: PairedSamples) -> PairedCounts:
    """The counts of all samples."""
    return count_pairs(samples.truth, samples.baseline, samples.candidate, samples.k, samples.weights)


def slice_counts(samples: PairedSamples, columns: Sequence[str]) -> tuple[dict[SliceValue, PairedCounts], list[str]]:
    """The counts of each value of the columns, and what was left out, with the reason."""
    found: dict[SliceValue, PairedCounts] = {}
    notices = []
    for column in dict.fromkeys(columns):
        if column not in samples.slices:
            notices.append(f"The baseline has no column “{column[:100]}” to slice by.")
            continue
        values = samples.slices[column].dictionary_encode()
        if len(values.dictionary) > MAX_VALUES:
            notices.append(f"The column “{column[:100]}” has more than {MAX_VALUES} values, so it is not sliced by.")
            continue
        codes = values.indices.to_numpy(zero_copy_only=False)
        for code, text in enumerate(values.dictionary.to_pylist()):
            own = codes == code
            if own.any():
                truth, baseline, candidate = (
                    side[own] for side in (samples.truth, samples.baseline, samples.candidate)
                )
                weights = None if samples.weights is None else samples.weights[own]
                found[SliceValue(column, text)] = count_pairs(truth, baseline, candidate, samples.k, weights)
    return found, notices


def flips_of(counts: PairedCounts, *, label: Label | None = None, slice_value: SliceValue | None = None) -> FlipCounts:
    """What the candidate changed in the counted samples, of which there is one at least."""
    flips = counts.flips
    return FlipCounts(
        label=label,
        slice=slice_value,
        samples=int(np.sum(counts.counts)),
        fixed=flips.fixed,
        broken=flips.broken,
        both_wrong=flips.both_wrong,
        changed=flips.changed,
        churn=flips.churn,
        negative_flip_rate=flips.negative_flip_rate,
    )
