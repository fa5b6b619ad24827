"""Progress of the reading of a file, in SQL."""

# ruff: noqa: S608 -- the texts are put together from the table of states only

from shared.jobs.lifecycle import Status, status_in

_PARTS = f"""
    SELECT jsonb_build_object(
        'parts', count(*),
        'parts_read', count(*) FILTER (WHERE part.{status_in(Status.SUCCEEDED)}),
        'rows', sum((part.arguments ->> 'rows')::bigint),
        'rows_read', CASE WHEN count(part.arguments ->> 'rows') > 0 THEN coalesce(
            sum((part.arguments ->> 'rows')::bigint) FILTER (WHERE part.{status_in(Status.SUCCEEDED)}), 0
        ) END
    )
    FROM job AS part WHERE part.parent_id = job.id
"""

# Of a row of `run_version` and the row of its job: the members of ReadingSteps. A job with an endless lease waits for
# its parts; an attempt behind that puts them together.
READING_STEPS = f"""
    CASE WHEN run_version.outcome IS NULL AND job.{status_in(Status.QUEUED, Status.RUNNING)} THEN
        jsonb_build_object('phase', CASE
            WHEN job.part_count > 0 AND job.lease_until = 'infinity' THEN 'parts'
            WHEN job.part_count > 0 THEN 'merging'
            WHEN job.{status_in(Status.RUNNING)} THEN 'reading'
            ELSE 'waiting'
        END) || CASE WHEN job.part_count > 0 THEN ({_PARTS}) ELSE '{{}}'::jsonb END
    END
"""
