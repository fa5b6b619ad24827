"""What can go wrong with jobs."""

from http import HTTPStatus

from shared.kit.errors import DomainError


class JobNotFound(DomainError):
    """No job with this id is visible to you."""

    status, code = HTTPStatus.NOT_FOUND, "job-not-found"


class JobAlreadyFinished(DomainError):
    """This job has finished and cannot be cancelled any more."""

    status, code = HTTPStatus.CONFLICT, "job-already-finished"


class QueueFull(DomainError):
    """So many of your jobs are waiting already that no more are taken; let some of them come to an end first."""

    status, code = HTTPStatus.TOO_MANY_REQUESTS, "queue-full"


class WorkerLost(DomainError):
    """The worker died during each attempt at this job, so it was given up."""

    status, code = HTTPStatus.INTERNAL_SERVER_ERROR, "worker-lost"


class TimeLimitExceeded(DomainError):
    """The job took longer than a job may and was ended."""

    status, code = HTTPStatus.INTERNAL_SERVER_ERROR, "time-limit-exceeded"


class JobCrashed(DomainError):
    """The job failed for a reason of ours on each attempt; we can look it up by the job's id."""

    status, code = HTTPStatus.INTERNAL_SERVER_ERROR, "job-crashed"


class InputsNotKept(DomainError):
    """What this job was done on is not kept any more; ask for the same work again, with its inputs."""

    status, code = HTTPStatus.GONE, "inputs-not-kept"


class LeaseLost(Exception):
    """The job is no longer this attempt's: it was cancelled, or taken over when the lease ran out."""
