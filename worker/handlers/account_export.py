"""The handler of exports of accounts: everything that an account has in, zip files out."""

from pathlib import Path

from shared.account_exports import contents
from shared.account_exports.kinds.account_export import AccountExport
from shared.account_exports.volumes import Volumes
from shared.kit.platform import Platform
from shared.kit.storage.files import FileOnDisk
from worker.job_attempt import JobAttempt


async def load(platform: Platform, attempt: JobAttempt[AccountExport]) -> list[Path]:
    """Write everything into zip files of the scratch folder."""
    volumes, done = Volumes(attempt.scratch.folder), 0.0

    def report(share: float) -> None:
        nonlocal done
        done = max(done, 0.9 * share)
        attempt.progress(done)

    await contents.write(platform, attempt.job.owner, volumes, report)
    return volumes.paths


def perform(inputs: list[Path], attempt: JobAttempt[AccountExport]) -> list[FileOnDisk]:
    """Make `export-1.zip`, and further ones of a large account."""
    attempt.progress(0.95)
    return [FileOnDisk(path.name, "application/zip", path) for path in inputs]
