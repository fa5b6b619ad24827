"""Measures of the quotas: one statement for each, given the id of the account."""

from shared.kit.settings.plans import Quota

# What lies in storage or is about to be uploaded there, and the largest columns: labels of matrices, counts of runs.
# Images count until they are purged, and jobs that share a file count it once.
_STORED_BYTES = """
    SELECT ((SELECT coalesce(sum(size_bytes), 0) FROM image WHERE account_id = $1)
        + (SELECT coalesce(sum(size_bytes), 0) FROM upload WHERE account_id = $1)
        + (SELECT coalesce(sum(size_bytes), 0)
           FROM file_upload WHERE account_id = $1 AND status IN ('pending', 'completed'))
        + (SELECT coalesce(sum(coalesce(version.rows_bytes, 0) + coalesce(octet_length(version.summary), 0)), 0)
           FROM run_version AS version JOIN run ON run.id = version.run_id WHERE run.account_id = $1)
        + (SELECT coalesce(sum(rows_bytes), 0) FROM dataset WHERE account_id = $1)
        + (SELECT coalesce(sum(coalesce(octet_length(actual_codes), 0) + coalesce(octet_length(predicted_codes), 0)), 0)
           FROM matrix WHERE account_id = $1)
        + (SELECT coalesce(sum(size_bytes), 0)
           FROM (SELECT DISTINCT artifact.object_key, artifact.size_bytes
                 FROM artifact JOIN job ON job.id = artifact.job_id WHERE job.account_id = $1) AS file)
        + (SELECT coalesce(sum(coalesce(artifact.size_bytes, artifact.announced_bytes, 0)), 0)
           FROM analysis_artifact AS artifact JOIN analysis ON analysis.id = artifact.analysis_id
           WHERE analysis.account_id = $1 AND artifact.status IN ('announced', 'stored')))::bigint
"""

MEASURES: dict[Quota, str] = {
    Quota.STORED_BYTES: _STORED_BYTES,
    Quota.MATRICES: "SELECT count(*) FROM matrix WHERE account_id = $1",
    Quota.IMAGES: "SELECT count(*) FROM image WHERE account_id = $1",
    Quota.PROJECTS: "SELECT count(*) FROM project WHERE account_id = $1 AND deleted_at IS NULL",
    Quota.DATASETS: "SELECT count(*) FROM dataset WHERE account_id = $1",
    Quota.RUNS: "SELECT count(*) FROM run WHERE account_id = $1",
    Quota.OPEN_UPLOADS: """
        SELECT (SELECT count(*) FROM upload WHERE account_id = $1 AND expires_at > now())
            + (SELECT count(*) FROM file_upload WHERE account_id = $1 AND status = 'pending' AND expires_at > now())
    """,
    Quota.GATES: "SELECT count(*) FROM gate WHERE account_id = $1",
    Quota.PIPELINES: "SELECT count(*) FROM pipeline WHERE account_id = $1",
    Quota.KEYS: "SELECT count(*) FROM api_key WHERE account_id = $1 AND revoked_at IS NULL",
    Quota.ENDPOINTS: "SELECT count(*) FROM webhook_endpoint WHERE account_id = $1",
}
