"""What is done for a glossary: inputs and a matrix in, a file on disk and one in memory out."""

import zlib
from pathlib import Path
from typing import NamedTuple

from shared import jobs, matrices
from shared.kit.platform import Platform
from shared.kit.storage.files import AnyFile, File, FileOnDisk
from tests.integration.worker.outside.kind import Glossary
from worker.job_attempt import JobAttempt


class Loaded(NamedTuple):
    """The words in the scratch folder, and how many samples the matrix has."""

    words: Path
    sample_count: int


async def load(platform: Platform, attempt: JobAttempt[Glossary]) -> Loaded:
    """Put the inputs on disk, as one that were too large for memory would."""
    words = attempt.scratch.folder / "sorted"
    words.write_bytes(zlib.decompress(await jobs.read_inputs(platform, attempt.job)))
    (matrix,) = await matrices.for_job(platform, attempt.job, [attempt.arguments.about])
    return Loaded(words, matrix.sample_count)


def perform(inputs: Loaded, attempt: JobAttempt[Glossary]) -> list[AnyFile]:
    """`words.txt` and `matrix.txt`."""
    text = inputs.words.read_text()
    made = attempt.scratch.folder / "words.txt"
    made.write_text(text.upper() if attempt.arguments.loud else text)
    attempt.progress(0.5)
    return [
        FileOnDisk("words.txt", "text/plain", made),
        File("matrix.txt", "text/plain", f"{inputs.sample_count} samples".encode()),
    ]
