"""Errors of jobs."""

from http import HTTPStatus

from shared.kit.errors import DomainError, ServiceUnavailable


class JobNotFound(DomainError):
    """Your account has no job with this id."""

    status, code = HTTPStatus.NOT_FOUND, "job-not-found"


class JobAlreadyFinished(DomainError):
    """This job has finished and can no longer be cancelled."""

    status, code = HTTPStatus.CONFLICT, "job-already-finished"


class JobRetriedAlready(DomainError):
    """A newer job makes what this one was to make; retry that one, if it has failed too."""

    status, code = HTTPStatus.CONFLICT, "job-retried-already"


class QueueFull(DomainError):
    """Too many jobs of this account are queued; wait until some of them have finished."""

    status, code = HTTPStatus.TOO_MANY_REQUESTS, "queue-full"


class TooManyStreams(DomainError):
    """The account has as many event streams open as it may; close one, or poll the job instead."""

    status, code = HTTPStatus.TOO_MANY_REQUESTS, "too-many-streams"


class TooManyWaits(DomainError):
    """The account has as many requests waiting for jobs as it may; poll, or be called back instead."""

    status, code = HTTPStatus.TOO_MANY_REQUESTS, "too-many-waits"


class ProcessFull(ServiceUnavailable):
    """Too many requests wait for jobs here; poll the job, or try again shortly."""

    code = "too-many-waiting"


class WorkerLost(DomainError):
    """The worker stopped unexpectedly during each attempt, so the job was abandoned."""

    status, code = HTTPStatus.INTERNAL_SERVER_ERROR, "worker-lost"


class TimeLimitExceeded(DomainError):
    """The job exceeded the time limit and was stopped."""

    status, code = HTTPStatus.INTERNAL_SERVER_ERROR, "time-limit-exceeded"


class JobCrashed(DomainError):
    """An internal error occurred during each attempt; report it with the id of the job."""

    status, code = HTTPStatus.INTERNAL_SERVER_ERROR, "job-crashed"


class JobTooLarge(DomainError):
    """The job needs more memory than one may take; send fewer rows or columns, or ask the operator for more."""

    status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "job-too-large"


class InputsNotKept(DomainError):
    """The inputs of this job are no longer stored; submit the job again with its inputs."""

    status, code = HTTPStatus.GONE, "inputs-not-kept"


class LeaseLost(Exception):
    """The job is no longer this attempt's: it was cancelled, or taken over when the lease ran out."""
