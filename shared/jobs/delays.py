"""Delays of a job's next attempt, by what ended the last one; each longer than the one before."""

from datetime import timedelta

from shared.jobs.records import JobRecord

# An outage is over within seconds, mostly; at the end of a long one, jobs should not wait much longer.
OUTAGE, LONGEST_OUTAGE = timedelta(seconds=5), timedelta(seconds=60)

# Wrong keys and a missing bucket wait for a person; until then every attempt is in vain.
REFUSAL, LONGEST_REFUSAL = timedelta(seconds=30), timedelta(minutes=10)

# Beyond them every delay is the longest one anyway.
MAX_DOUBLINGS = 16

# A crash may come from the machine, such as a lack of memory while another job runs: the attempts lie further apart
# than such a job lasts, and all three of a job that kills its worker take less than three minutes.
CRASHES = (timedelta(seconds=10), timedelta(seconds=30))


def after_outage(job: JobRecord) -> timedelta:
    """Return the delay after an attempt that the database or the storage ended by its absence."""
    return min(OUTAGE * (1 << min(_returns(job), MAX_DOUBLINGS)), LONGEST_OUTAGE)


def after_refusal(job: JobRecord) -> timedelta:
    """Return the delay after an attempt that the storage refused, which the operator has to mend."""
    return min(REFUSAL * (1 << min(_returns(job), MAX_DOUBLINGS)), LONGEST_REFUSAL)


def after_crash(job: JobRecord) -> timedelta:
    """Return the delay after an attempt that counts against the job."""
    return CRASHES[min(job.failures, len(CRASHES) - 1)]


def _returns(job: JobRecord) -> int:
    """Return how often the job was handed back before: every other attempt but this one was counted as a failure."""
    return max(0, job.attempt - 1 - job.failures)
