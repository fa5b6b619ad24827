"""The handler of paired comparisons: the rows of two sides in, a verdict and the flips out."""

from functools import partial
from uuid import UUID

from shared.comparisons import flips, making, objects
from shared.comparisons.evaluating import evaluate
from shared.comparisons.kinds.paired_comparison import PairedComparison
from shared.comparisons.making import ComparisonInputs
from shared.comparisons.pairing import pair
from shared.kit.platform import Platform
from worker.conclusion import Conclusion
from worker.job_attempt import JobAttempt


async def load(platform: Platform, attempt: JobAttempt[PairedComparison]) -> ComparisonInputs:
    """Write the rows of both sides into the scratch folder."""
    return await making.fetch(platform, attempt.job, attempt.arguments.comparison_id, attempt.scratch.folder)


def perform(inputs: ComparisonInputs, attempt: JobAttempt[PairedComparison]) -> Conclusion:
    """Pair the samples, test the differences, and write the flips."""
    attempt.progress(0.2)
    samples = pair(inputs.baseline(), inputs.candidate(), group=inputs.options.group)
    attempt.progress(0.5)
    result = evaluate(samples, inputs.options)
    folder = attempt.scratch.folder
    flips.write(folder / objects.FLIPS, samples)
    file = making.flips_file(folder)
    comparison_id = UUID(attempt.arguments.comparison_id)
    prefix = objects.folder_of(comparison_id, attempt.job.attempt)
    write = partial(
        making.conclude,
        job=attempt.job,
        comparison_id=comparison_id,
        result=result,
        folder=prefix,
        flips_bytes=file.size_bytes,
    )
    return Conclusion(prefix, [file], write)
