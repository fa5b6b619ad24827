"""The HTTP plumbing of every route: bodies, answers, headers, paging, problems; no business."""
