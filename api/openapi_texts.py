"""The texts of the OpenAPI document that belong to no handler and no Struct."""

from msgspec import to_builtins

from shared.kit.errors import Fault, InvalidInput, ServiceUnavailable

DESCRIPTION = """\
Evaluation of classifiers and detectors as a service: send labels, probabilities, or the objects that a model detects in
images; get confusion matrices, curves, reports, plots and comparisons.

**Keys.** `POST /sign_up/` returns an API key. Send it in `X-API-Key`, `Authorization: Bearer`, `x-oanor-key`, or as
`api_key` in the query or in a JSON body.

**Jobs.** What takes long is a job: poll it, wait for it with `Prefer: wait=20`, or be called back.

**Retries.** A POST with an `Idempotency-Key` can be repeated safely.

**Conventions.** Times are in UTC (RFC 3339). An undefined metric is null. Lists are paged: pass `next` as `cursor`.
Errors are problem details (RFC 9457) whose `detail` says what to change.
"""

# In the order of the documentation page.
TAGS = {
    "accounts": "Accounts and their first API key.",
    "keys": "API keys with scopes and expiry, and the usage of the account.",
    "matrices": "Confusion matrices: create, describe, report, plot, export and compare them.",
    "curves": "ROC and precision-recall curves of class probabilities.",
    "uploads": "Files of any size, sent to storage in parts.",
    "runs": "Runs: what one model said of a test set, from the file that holds it.",
    "datasets": "Datasets: named test sets, whose truth any number of runs is counted against.",
    "comparisons": "A candidate against a baseline on the same samples, with a verdict in words.",
    "gates": "Policies that let a candidate take the place of a baseline, or not; with reasons in words.",
    "share links": "Links by which everybody reads one object, without an account, until a date.",
    "multi-label": "Evaluation of samples that have any number of labels.",
    "jobs": "Background work and the files that it makes.",
    "webhooks": "Webhook endpoints, their secrets and deliveries.",
    "calculators": "Metrics from counts and rates. Nothing is stored.",
    "projects": "Projects and the images in them.",
    "images": "Images: content, metadata, comments, deletion and restoration.",
    "analyses": "Model runs on images: create, annotate, compare, evaluate and export them.",
    "detection runs": "Detectors judged on a project: figures, matrices, curves, and the objects behind them.",
    "analyses: pipelines": "The pipeline API: signed callbacks by which pipelines report analyses.",
    "pipelines": "Programs that make analyses, with secrets and queues of their own.",
    "admin": "Administration of accounts. Needs the administrator's name and password.",
    "health": "Liveness and readiness.",
}

# A path parameter means the same on every route.
PATH_PARAMETERS = {
    "account_id": "Id of the account.",
    "analysis_id": "Id of the analysis.",
    "artifact_name": "Name of the artifact.",
    "check_id": "Id of the check.",
    "cm_uid": "Id of the confusion matrix.",
    "comment_id": "Id of the comment.",
    "dataset_id": "Id of the dataset.",
    "comparison_id": "Id of the comparison.",
    "delivery_id": "Id of the delivery.",
    "detection_run_id": "Id of the detection run.",
    "endpoint_id": "Id of the webhook endpoint.",
    "gate_id": "Id of the gate.",
    "image_id": "Id of the image.",
    "invitation_id": "Id of the invitation.",
    "job_id": "Id of the job.",
    "key": "Metadata key.",
    "key_id": "Id of the API key, not the key itself.",
    "pipeline_id": "Id of the pipeline.",
    "project_id": "Id of the project.",
    "run_id": "Id of the run.",
    "share_link_id": "Id of the share link.",
    "uid": "Id of the confusion matrix.",
    "upload_id": "Id of the upload.",
}

# Fields that a body may have beside those of its Struct.
EXTRAS = {
    "api_key": "API key, instead of in a header.",
}

KIND = "Kind of the job."

# `shared.evaluation` is pure: its types cannot carry descriptions of their own.
EVALUATION = {
    "UndefinedMetric": {
        "metric": "Id of the metric, as in the catalogue of metrics.",
        "reason": 'Why it is undefined; completes the sentence "undefined, because".',
        "classes": "Classes that the reason names.",
        "counted_as_zero": "The mean in which undefined classes count as 0; null for any other metric.",
    },
    "BinaryRecord": {
        "accuracy": "Share of correct decisions, 0 to 1.",
        "precision": "Precision (PPV), averaged over absent and present, 0 to 1; null if undefined.",
        "recall": "Recall (TPR), averaged over absent and present, 0 to 1; null if undefined.",
        "f1": "F1, averaged over absent and present, 0 to 1; null if undefined.",
        "confusion_matrix": "Counts as [[TN, FP], [FN, TP]].",
    },
    "DetectionRates": {
        "true_positives": "Number of candidates that find an object of their class.",
        "false_positives": "Number of candidates that find none.",
        "false_negatives": "Number of objects of the ground truth that no candidate finds.",
        "precision": "Share of the candidates that are true positives, 0 to 1; null if there are none.",
        "recall": "Share of the objects that are found, 0 to 1; null if there are none.",
        "f1": "F1 of precision and recall, 0 to 1; null if undefined.",
    },
    "Rates": {
        "matched": "Number of objects that both sides see, with the same class.",
        "missed": "Number of objects of the reference that the candidate lacks.",
        "extra": "Number of objects of the candidate that the reference lacks.",
        "precision": "Share of the candidate's objects that are matched, 0 to 1; null if it has none.",
        "recall": "Share of the reference's objects that are matched, 0 to 1; null if it has none.",
        "f1": "F1 of precision and recall, 0 to 1; null if undefined.",
    },
}

# Litestar's descriptions are the phrases of the HTTP standard, which say less.
RESPONSES = {
    "200": "Success.",
    "201": "Created.",
    "202": "Accepted; the work goes on.",
    "204": "Deleted; there is no content.",
    "304": "Not modified since the answer with the given `ETag`.",
    "307": "Redirect to the file.",
    "503": "Not ready.",
    "4XX": "The request cannot be served; `detail` says what to change.",
    "5XX": "The service failed; the request can be repeated later.",
}

_REFUSED = to_builtins(InvalidInput(Fault("/limit", "limit: send a whole number from 1 to 100.")).problem())
_FAILED = to_builtins(ServiceUnavailable().problem())
_ENVELOPE = {
    "success": False,
    "status": "error",
    "meta": {"timestamp": "2026-05-04T09:30:00.000Z", "request_id": "019ac8f0-0000-7000-8000-000000000009"},
}

# Examples for each schema of problems, by class of status.
PROBLEMS = {
    "Problem": {"4XX": _REFUSED, "5XX": _FAILED},
    "EnvelopedProblem": {
        "4XX": _REFUSED | {"message": _REFUSED["detail"]} | _ENVELOPE,
        "5XX": _FAILED | {"message": _FAILED["detail"]} | _ENVELOPE,
    },
}
