"""The handler of agreements: the annotations of two models in, metrics of their agreement out."""

import msgspec

from shared import jobs
from shared.analyses.agreement import evaluation, pairs
from shared.analyses.agreement.evaluation import PairedAnnotations
from shared.analyses.annotations import queries
from shared.analyses.kinds.agreement import Agreement
from shared.kit.platform import Platform
from shared.kit.storage.files import File
from worker.job_attempt import JobAttempt


async def load(platform: Platform, attempt: JobAttempt[Agreement]) -> PairedAnnotations:
    """Read the annotations of the analyses that were selected when the job was submitted."""
    analysis_pairs = pairs.read(await jobs.read_inputs(platform, attempt.job))
    ids = [analysis_id for pair in analysis_pairs.pairs for analysis_id in (pair.reference, pair.candidate)]
    types = evaluation.TYPES[attempt.arguments.options.subject]
    return PairedAnnotations(analysis_pairs, await queries.of_analyses(platform.db, ids, types))


def perform(inputs: PairedAnnotations, attempt: JobAttempt[Agreement]) -> list[File]:
    """Make `agreement.json`."""
    attempt.progress(0.3)
    result = evaluation.compare(inputs, attempt.arguments.options)
    return [File("agreement.json", "application/json", msgspec.json.encode(result))]
