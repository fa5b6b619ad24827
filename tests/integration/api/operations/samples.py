"""A request for every operation of the OpenAPI document, which succeeds.

A value that is a function of `things` stands for what it makes. A path's parameters are made by their names, unless the
sample says otherwise.
"""

from dataclasses import dataclass, field
from typing import Any

from tests.files import announcement, content
from tests.integration.api.operations import things
from tests.integration.api.operations.things import CAR, PERSON, PICTURE, Make

BY_NAME: dict[str, Any] = {
    "account_id": things.account,
    "analysis_id": things.analysis,
    "artifact_name": "mask.png",
    "cm_uid": things.matrix,
    "comment_id": things.comment,
    "comparison_id": things.comparison,
    "dataset_id": things.dataset,
    "check_id": things.gate_check,
    "delivery_id": things.delivery,
    "detection_run_id": things.detection_run,
    "endpoint_id": things.endpoint,
    "gate_id": things.gate,
    "image_id": things.image,
    "invitation_id": things.invitation,
    "job_id": things.finished_job,
    "key": "camera",
    "key_id": things.key,
    "pipeline_id": things.pipeline,
    "project_id": things.project,
    "run_id": things.run,
    "share_link_id": things.share_link,
    "uid": things.matrix,
    "upload_id": things.uploaded,
}


@dataclass(frozen=True)
class Sample:
    """A request: who sends it, what with, after what was made; and the status that answers it, if not the least.

    With `is_idle` no worker takes a job meanwhile.
    """

    json: Any = None
    query: dict[str, Any] = field(default_factory=dict)
    path: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    form: dict[str, Any] | None = None
    after: tuple[Make, ...] = ()
    sender: str = "account"
    status: int | None = None
    is_idle: bool = False


ADMIN, PIPELINE = "administrator", "pipeline"

LABELS = {"actual_vector": [1, 0, 1], "predicted_vector": [1, 1, 1]}
PROBABILITIES = {"actual_vector": [1, 0, 1], "probability_vector": [[0.2, 0.8], [0.6, 0.4], [0.3, 0.7]]}
SUBMISSION = {"kind": "curve", "type": "PR", "callback_url": None, **PROBABILITIES}
SETS = {"actual_vector": [["a"], ["b"]], "predicted_vector": [["a", "b"], []], "classes": ["a", "b"]}
UPLOAD = {"filename": "a.png", "content_type": "image/png", "size_bytes": len(PICTURE)}
MODEL = {"model_name": "yolo_v8", "model_version": "v1", "parameters": {"threshold": 0.5}}
SCORED = {"run_id": things.scored_run}
SIDES = {"reference": things.reference, "candidate": things.candidate}
COUNTS = {"classes": ["x", "y"], "counts": [[3, 1], [0, 2]]}
REASON = {"reason": "out of focus"}

SAMPLES: dict[tuple[str, str], Sample] = {
    # accounts, keys
    ("POST", "/sign_up"): Sample(json=things.new_credentials),
    ("POST", "/sign_in"): Sample(json=things.credentials, after=(things.matrix,)),
    ("POST", "/v1/account/password"): Sample(
        json={"current_password": things.password, "new_password": "another horse"}
    ),
    ("POST", "/v1/account/exports"): Sample(headers={"Prefer": "wait=20"}),
    ("POST", "/v1/account/deletion"): Sample(json={"password": things.password}),
    ("GET", "/v1/usage"): Sample(query={"month": "2026-06"}),
    ("POST", "/v1/keys"): Sample(json={"name": "another", "scopes": ["read"], "expires_at": "2999-01-01T00:00:00Z"}),
    ("GET", "/v1/keys"): Sample(after=(things.key,)),
    ("DELETE", "/v1/keys/{key_id}"): Sample(),
    ("POST", "/v1/keys/{key_id}/rotate"): Sample(),
    # matrices
    ("POST", "/cm/create"): Sample(json=LABELS),
    ("GET", "/cm"): Sample(query={"cm_uid": things.matrix}),
    ("POST", "/cm/update"): Sample(query={"cm_uid": things.matrix}, json=LABELS),
    ("DELETE", "/cm/{cm_uid}"): Sample(),
    ("GET", "/cm/report"): Sample(query={"cm_uid": things.matrix}),
    ("GET", "/cm/plot"): Sample(query={"cm_uid": things.matrix}),
    ("POST", "/compare"): Sample(json={"cm_uids": [things.matrix, things.other_matrix]}),
    ("POST", "/v1/matrices"): Sample(json={"name": "first", "tags": ["a"], **COUNTS}),
    ("GET", "/v1/matrices"): Sample(after=(things.matrix, things.other_matrix), query={"limit": 1}),
    ("GET", "/v1/matrices/{uid}"): Sample(),
    ("PATCH", "/v1/matrices/{uid}"): Sample(json={"name": "renamed", "data_set": None}),
    ("DELETE", "/v1/matrices/{uid}"): Sample(),
    ("GET", "/v1/matrices/{uid}/cells"): Sample(query={"errors_only": "true", "limit": 2}),
    ("GET", "/v1/matrices/{uid}/statistics"): Sample(query={"alpha": 0.05}),
    ("GET", "/v1/matrices/{uid}/export"): Sample(query={"format": "csv", "part": "overall"}),
    ("GET", "/v1/matrices/{uid}/samples"): Sample(query={"actual": "1", "limit": 2}),
    # curves, multi-label
    ("POST", "/curve"): Sample(json={"type": "ROC", **PROBABILITIES}),
    ("POST", "/mlcm"): Sample(json=SETS),
    ("POST", "/v1/projects/{project_id}/imports"): Sample(
        json={"upload_id": things.annotations_upload, "role": "ground_truth"}, headers={"Prefer": "wait=20"}
    ),
    # jobs
    ("POST", "/v1/jobs"): Sample(json=SUBMISSION, headers={"Prefer": "wait=20"}),
    ("GET", "/v1/jobs"): Sample(after=(things.finished_job,)),
    ("GET", "/v1/jobs/{job_id}"): Sample(),
    ("POST", "/v1/jobs/{job_id}/cancel"): Sample(path={"job_id": things.queued_job}, is_idle=True),
    ("GET", "/v1/jobs/{job_id}/events"): Sample(),
    ("POST", "/v1/jobs/{job_id}/matrix"): Sample(path={"job_id": things.agreement_job}, json={"name": "agreement"}),
    # webhooks
    ("POST", "/v1/webhooks/endpoints"): Sample(json={"url": "https://example.com/hook", "events": ["job.failed"]}),
    ("GET", "/v1/webhooks/endpoints"): Sample(after=(things.endpoint,)),
    ("GET", "/v1/webhooks/endpoints/{endpoint_id}"): Sample(),
    ("PATCH", "/v1/webhooks/endpoints/{endpoint_id}"): Sample(json={"description": "ours"}),
    ("DELETE", "/v1/webhooks/endpoints/{endpoint_id}"): Sample(),
    ("POST", "/v1/webhooks/endpoints/{endpoint_id}/disable"): Sample(),
    ("POST", "/v1/webhooks/endpoints/{endpoint_id}/enable"): Sample(),
    ("POST", "/v1/webhooks/endpoints/{endpoint_id}/test"): Sample(),
    ("POST", "/v1/webhooks/endpoints/{endpoint_id}/replay"): Sample(json={"since": "2026-01-01T00:00:00Z"}),
    ("POST", "/v1/webhooks/endpoints/{endpoint_id}/secret/rotate"): Sample(),
    ("GET", "/v1/webhooks/deliveries"): Sample(after=(things.finished_delivery,)),
    ("GET", "/v1/webhooks/deliveries/{delivery_id}"): Sample(),
    ("POST", "/v1/webhooks/deliveries/{delivery_id}/replay"): Sample(path={"delivery_id": things.finished_delivery}),
    ("GET", "/v1/webhooks/secret"): Sample(),
    ("POST", "/v1/webhooks/secret/rotate"): Sample(),
    # calculators
    ("GET", "/v1/confusion"): Sample(query={"tp": 1, "fp": 0, "fn": 0, "tn": 0}),
    ("POST", "/v1/confusion"): Sample(json={"tp": 1, "fp": "2", "fn": 3, "tn": 4}),
    ("POST", "/v1/confusion:batch"): Sample(json={"items": [[1, 2, 3, 4], {"tp": 1, "fp": 2, "fn": 3, "tn": 4}]}),
    ("GET", "/v1/diagnostic"): Sample(query={"sensitivity": 1, "specificity": 1, "prevalence": "0.5"}),
    ("POST", "/v1/diagnostic"): Sample(json={"sensitivity": 0.9, "specificity": "0.8", "prevalence": 0.1}),
    ("GET", "/v1/fbeta"): Sample(query={"precision": "0.5", "recall": "0.25"}),
    ("POST", "/v1/fbeta"): Sample(json={"tp": 1, "fp": 2, "fn": 3}),
    ("GET", "/v1/meta"): Sample(),
    # runs
    ("POST", "/v1/runs"): Sample(
        json={
            "name": "first",
            "data": {"sample_id": ["007", "008"], "y_pred": ["cat", "cat"]},
            "dataset_id": things.dataset,
            "missing": "exclude",
        }
    ),
    ("GET", "/v1/runs"): Sample(after=(things.run,), query={"status": "ready", "limit": 1}),
    ("GET", "/v1/runs/{run_id}"): Sample(),
    ("PATCH", "/v1/runs/{run_id}"): Sample(json={"positive": "cat", "tags": ["a"]}),
    ("DELETE", "/v1/runs/{run_id}"): Sample(),
    ("PUT", "/v1/runs/{run_id}/columns"): Sample(json={"truth": "y_true", "prediction": "y_pred", "id": None}),
    ("GET", "/v1/runs/{run_id}/preview"): Sample(),
    ("GET", "/v1/runs/{run_id}/cells"): Sample(query={"errors_only": "true", "limit": 2}),
    ("GET", "/v1/runs/{run_id}/matrix"): Sample(query={"class": "cat", "slice": "country:DE"}),
    ("GET", "/v1/runs/{run_id}/metrics"): Sample(),
    ("GET", "/v1/runs/{run_id}/curves"): Sample(path=SCORED, query={"slice": "country:DE"}),
    ("GET", "/v1/runs/{run_id}/calibration"): Sample(path=SCORED, query={"binning": "equal_mass", "bins": 2}),
    ("GET", "/v1/runs/{run_id}/recalibration"): Sample(path=SCORED, query={"method": "beta"}),
    ("GET", "/v1/runs/{run_id}/temperature"): Sample(path=SCORED, query={"seed": 1}),
    ("GET", "/v1/runs/{run_id}/promised-threshold"): Sample(path=SCORED, query={"at_least": 0.5, "metric": "recall"}),
    ("GET", "/v1/runs/{run_id}/decision-curve"): Sample(path=SCORED, query={"points": 9}),
    ("GET", "/v1/runs/{run_id}/thresholds"): Sample(path=SCORED, query={"metric": "recall", "at_least": 0.9}),
    ("GET", "/v1/runs/{run_id}/slices"): Sample(query={"column": "country", "metric": "recall.class"}),
    ("GET", "/v1/runs/{run_id}/samples"): Sample(query={"actual": "dog", "predicted": "cat", "limit": 5}),
    ("GET", "/v1/runs/{run_id}/errors"): Sample(query={"slice": "country:FR"}),
    ("GET", "/v1/runs/{run_id}/errors.csv"): Sample(),
    ("GET", "/v1/runs/{run_id}/receipt"): Sample(),
    ("GET", "/v1/runs/{run_id}/clustered-intervals"): Sample(query={"group": "country"}),
    ("GET", "/v1/runs/{run_id}/report"): Sample(path=SCORED),
    # datasets
    ("POST", "/v1/datasets"): Sample(json={"upload_id": things.truth_file, "name": "Pets", "private": True}),
    ("GET", "/v1/datasets"): Sample(after=(things.dataset,), query={"name": "Pets", "limit": 1}),
    ("GET", "/v1/datasets/{dataset_id}"): Sample(),
    ("DELETE", "/v1/datasets/{dataset_id}"): Sample(),
    ("GET", "/v1/runs/{run_id}/export"): Sample(query={"actual": "cat", "only_errors": True, "slice": "country:DE"}),
    # comparisons
    ("POST", "/v1/comparisons"): Sample(
        json={"baseline": things.run, "candidate": things.run, "metrics": ["accuracy"]}
    ),
    ("GET", "/v1/comparisons"): Sample(after=(things.comparison,), query={"limit": 1}),
    ("GET", "/v1/comparisons/{comparison_id}"): Sample(),
    ("GET", "/v1/comparisons/{comparison_id}/flips"): Sample(query={"kind": "both_wrong", "class": "dog"}),
    ("GET", "/v1/comparisons/{comparison_id}/receipt"): Sample(),
    ("GET", "/v1/comparisons/{comparison_id}/report"): Sample(),
    ("DELETE", "/v1/comparisons/{comparison_id}"): Sample(),
    # detection runs
    ("POST", "/v1/detection-runs"): Sample(
        after=(things.judged_project,),
        json={"project_id": things.project, "model_name": "resnet50", "profile": "voc12"},
    ),
    ("GET", "/v1/detection-runs"): Sample(after=(things.detection_run,), query={"limit": 1}),
    ("GET", "/v1/detection-runs/{detection_run_id}"): Sample(),
    ("PATCH", "/v1/detection-runs/{detection_run_id}"): Sample(json={"tags": ["released"]}),
    ("GET", "/v1/detection-runs/{detection_run_id}/matrix"): Sample(query={"iou": 0.75, "confidence": 0.2}),
    ("GET", "/v1/detection-runs/{detection_run_id}/counts"): Sample(query={"iou": 0.35}),
    ("GET", "/v1/detection-runs/{detection_run_id}/curve"): Sample(query={"class": "car"}),
    ("GET", "/v1/detection-runs/{detection_run_id}/samples"): Sample(query={"kind": "FN", "actual": "car"}),
    ("GET", "/v1/detection-runs/{detection_run_id}/images"): Sample(query={"kind": "FN", "metadata_key": "camera"}),
    ("GET", "/v1/detection-runs/{detection_run_id}/differences"): Sample(
        query={"profile": "supervision-matrix", "iou": 1}
    ),
    ("DELETE", "/v1/detection-runs/{detection_run_id}"): Sample(),
    # gates
    ("POST", "/v1/gates"): Sample(
        json={"name": "release", "baseline": {"tag": "main"}, "golden_ids": ["1"], "slices": [{"column": "country"}]}
    ),
    ("GET", "/v1/gates"): Sample(after=(things.gate,), query={"limit": 1}),
    ("GET", "/v1/gates/{gate_id}"): Sample(),
    ("PUT", "/v1/gates/{gate_id}"): Sample(json={"name": "nightly", "baseline": {"model_name": "detector"}}),
    ("DELETE", "/v1/gates/{gate_id}"): Sample(),
    ("POST", "/v1/gates/{gate_id}/checks"): Sample(json={"candidate": things.run}),
    ("GET", "/v1/gates/{gate_id}/checks"): Sample(after=(things.gate_check,), query={"limit": 1}),
    ("GET", "/v1/checks/{check_id}"): Sample(),
    ("DELETE", "/v1/checks/{check_id}"): Sample(),
    ("GET", "/v1/checks/{check_id}/report"): Sample(),
    ("GET", "/v1/checks/{check_id}/receipt"): Sample(),
    ("GET", "/v1/checks/{check_id}/junit"): Sample(),
    ("GET", "/v1/checks/{check_id}/markdown"): Sample(),
    ("GET", "/v1/checks/{check_id}/badge"): Sample(),
    # share links
    ("POST", "/v1/share-links"): Sample(json={"target_type": "run", "target_id": things.run, "valid_days": 7}),
    ("GET", "/v1/share-links"): Sample(after=(things.share_link,), query={"limit": 1}),
    ("DELETE", "/v1/share-links/{share_link_id}"): Sample(),
    # uploads
    ("POST", "/v1/uploads"): Sample(json=announcement(content(1000, "new")), status=201),
    ("GET", "/v1/uploads"): Sample(after=(things.file_upload,), query={"status": "pending", "limit": 1}),
    ("GET", "/v1/uploads/{upload_id}"): Sample(path={"upload_id": things.file_upload}),
    ("POST", "/v1/uploads/{upload_id}/parts"): Sample(path={"upload_id": things.file_upload}, json={"numbers": [1]}),
    ("POST", "/v1/uploads/{upload_id}/complete"): Sample(path={"upload_id": things.file_upload}, json={}),
    ("DELETE", "/v1/uploads/{upload_id}"): Sample(path={"upload_id": things.file_upload}),
    # projects
    ("POST", "/api/projects"): Sample(json={"name": "Streets", "metadata": {"city": "Ulm"}}),
    ("GET", "/api/projects"): Sample(after=(things.project,)),
    ("GET", "/api/projects/{project_id}"): Sample(),
    ("PATCH", "/api/projects/{project_id}"): Sample(json={"name": "Crossings"}),
    ("DELETE", "/api/projects/{project_id}"): Sample(after=(things.image,), query={"force": "true"}),
    ("POST", "/api/projects/{project_id}/images"): Sample(form={"file": ("a.png", PICTURE, "image/png")}),
    ("GET", "/api/projects/{project_id}/images"): Sample(after=(things.image,), query={"sort": "filename"}),
    ("GET", "/api/projects/{project_id}/images/deletion-events"): Sample(after=(things.deleted_image,)),
    ("POST", "/api/projects/{project_id}/uploads"): Sample(json=UPLOAD),
    ("POST", "/api/uploads/{upload_id}/finalize"): Sample(),
    # images
    ("GET", "/api/images/{image_id}"): Sample(),
    ("GET", "/api/images/{image_id}/content"): Sample(),
    ("GET", "/api/images/{image_id}/download"): Sample(),
    ("GET", "/api/images/{image_id}/thumbnail"): Sample(path={"image_id": things.image_with_thumbnail}),
    ("PUT", "/api/images/{image_id}/metadata"): Sample(json={"key": "lens", "value": [50, "mm"]}),
    ("DELETE", "/api/images/{image_id}/metadata/{key}"): Sample(),
    ("DELETE", "/api/images/{image_id}"): Sample(query=REASON),
    ("POST", "/api/images/{image_id}/restore"): Sample(path={"image_id": things.deleted_image}),
    ("POST", "/api/images/{image_id}/comments"): Sample(json={"text": "A crossing."}),
    ("GET", "/api/images/{image_id}/comments"): Sample(after=(things.comment,)),
    ("GET", "/api/comments/{comment_id}"): Sample(),
    ("PATCH", "/api/comments/{comment_id}"): Sample(json={"text": "Two crossings."}),
    ("DELETE", "/api/comments/{comment_id}"): Sample(),
    # analyses
    ("POST", "/api/images/{image_id}/analyses"): Sample(json=MODEL),
    ("GET", "/api/images/{image_id}/analyses"): Sample(after=(things.reference,)),
    ("GET", "/api/images/{image_id}/compare"): Sample(query=SIDES),
    ("GET", "/api/analyses/{analysis_id}"): Sample(),
    ("PATCH", "/api/analyses/{analysis_id}"): Sample(
        json={"is_ground_truth": True}, path={"analysis_id": things.reference}
    ),
    ("DELETE", "/api/analyses/{analysis_id}"): Sample(),
    ("POST", "/api/analyses/{analysis_id}/cancel"): Sample(),
    ("GET", "/api/analyses/{analysis_id}/export"): Sample(path={"analysis_id": things.reference}),
    ("GET", "/api/analyses/{analysis_id}/annotations"): Sample(
        path={"analysis_id": things.reference}, query={"limit": 1}
    ),
    ("GET", "/api/analyses/{analysis_id}/artifacts"): Sample(path={"analysis_id": things.analysis_with_file}),
    ("GET", "/api/analyses/{analysis_id}/artifacts/{artifact_name}/content"): Sample(
        path={"analysis_id": things.analysis_with_file}, status=307
    ),
    ("PATCH", "/api/analyses/{analysis_id}/status"): Sample(json={"status": "processing"}, sender=PIPELINE),
    ("POST", "/api/analyses/{analysis_id}/artifacts/presign"): Sample(
        json={"artifacts": [{"artifact_name": "mask.png", "content_type": "image/png"}]}, sender=PIPELINE
    ),
    ("POST", "/api/analyses/{analysis_id}/annotations:bulk"): Sample(
        json={"annotations": [PERSON, CAR]}, sender=PIPELINE
    ),
    ("POST", "/api/analyses/{analysis_id}/finalize"): Sample(json={"summary": {"objects": 2}}, sender=PIPELINE),
    # pipelines
    ("POST", "/v1/pipelines"): Sample(json={"name": "detector", "models": ["yolo_v8"]}),
    ("GET", "/v1/pipelines"): Sample(after=(things.pipeline,)),
    ("GET", "/v1/pipelines/{pipeline_id}"): Sample(),
    ("PATCH", "/v1/pipelines/{pipeline_id}"): Sample(json={"name": "segmenter"}),
    ("DELETE", "/v1/pipelines/{pipeline_id}"): Sample(),
    ("POST", "/v1/pipelines/{pipeline_id}/secret/rotate"): Sample(),
    ("GET", "/v1/pipelines/{pipeline_id}/queue"): Sample(after=(things.analysis,)),
    # admin, health
    ("GET", "/users"): Sample(sender=ADMIN, query={"limit": 5}),
    ("GET", "/cms"): Sample(sender=ADMIN, query={"limit": 5}, after=(things.matrix,)),
    ("GET", "/v1/admin/audit"): Sample(sender=ADMIN, query={"account_id": things.account}, after=(things.key,)),
    ("GET", "/v1/admin/invitations"): Sample(sender=ADMIN, after=(things.invitation,)),
    ("POST", "/v1/admin/invitations"): Sample(sender=ADMIN, json={"note": "a colleague"}),
    ("DELETE", "/v1/admin/invitations/{invitation_id}"): Sample(sender=ADMIN),
    ("PUT", "/v1/admin/accounts/{account_id}/plan"): Sample(sender=ADMIN, json={"plan": None}),
    ("POST", "/v1/admin/accounts/{account_id}/credit"): Sample(sender=ADMIN, json={"calls": 10}),
    ("POST", "/v1/admin/accounts/{account_id}/password-reset"): Sample(sender=ADMIN, json={"valid_hours": 1}),
    ("GET", "/healthz"): Sample(),
    ("GET", "/api/health"): Sample(),
    ("GET", "/readyz"): Sample(),
}

AT_ONCE = {"Prefer": "respond-async"}
KNOWN = {"If-None-Match": "*"}

# The other successes: what is not there yet, and what the client has already.
OTHERS: dict[tuple[str, str, int], Sample] = {
    ("GET", "/cm/report", 202): Sample(query={"cm_uid": things.matrix}, headers=AT_ONCE, is_idle=True),
    ("GET", "/cm/plot", 202): Sample(query={"cm_uid": things.matrix}, headers=AT_ONCE, is_idle=True),
    ("POST", "/compare", 202): Sample(
        json={"cm_uids": [things.matrix, things.other_matrix]}, headers=AT_ONCE, is_idle=True
    ),
    ("POST", "/curve", 202): Sample(json={"type": "ROC", **PROBABILITIES}, headers=AT_ONCE, is_idle=True),
    ("GET", "/v1/matrices/{uid}/export", 202): Sample(query={"format": "html"}, headers=AT_ONCE, is_idle=True),
    ("GET", "/api/images/{image_id}/compare", 202): Sample(query=SIDES, headers=AT_ONCE, is_idle=True),
    ("GET", "/api/images/{image_id}/thumbnail", 202): Sample(is_idle=True),
    ("POST", "/v1/uploads", 200): Sample(json=things.known_file),
    ("POST", "/v1/account/exports", 202): Sample(headers=AT_ONCE, is_idle=True),
    ("POST", "/v1/jobs", 202): Sample(json=SUBMISSION, is_idle=True),
    ("POST", "/v1/projects/{project_id}/imports", 202): Sample(
        json={"upload_id": things.annotations_upload, "role": "ground_truth"}, headers=AT_ONCE, is_idle=True
    ),
    ("GET", "/cm/report", 304): Sample(query={"cm_uid": things.matrix}, headers=KNOWN),
    ("GET", "/cm/plot", 304): Sample(query={"cm_uid": things.matrix}, headers=KNOWN),
    ("GET", "/v1/matrices/{uid}/statistics", 304): Sample(headers=KNOWN),
    ("GET", "/v1/matrices/{uid}/export", 304): Sample(query={"format": "json"}, headers=KNOWN),
    ("GET", "/v1/jobs/{job_id}", 304): Sample(headers=KNOWN),
    ("GET", "/api/images/{image_id}/compare", 304): Sample(query=SIDES, headers=KNOWN),
    ("GET", "/api/images/{image_id}/content", 304): Sample(headers=KNOWN),
    ("GET", "/api/images/{image_id}/thumbnail", 304): Sample(
        path={"image_id": things.image_with_thumbnail}, headers=KNOWN
    ),
}
