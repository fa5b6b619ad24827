"""What every route rests on: bodies, answers, headers, paging, problems; no business."""
