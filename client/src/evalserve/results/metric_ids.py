"""Ids of metrics, as the catalogue, comparisons and gates have them: `f1.macro`."""

import re
from collections.abc import Mapping
from typing import Any

_AVERAGE = re.compile(r"_(?=(?:macro|micro|weighted|samples)$)")


def by_id(fields: Mapping[str, Any], task: str) -> dict[str, Any]:
    """Return fields of an answer, whose names are ids with `_` in place of `.`, by the ids of their metrics."""
    prefix = "multilabel." if task == "multilabel" else ""
    return {prefix + _AVERAGE.sub(".", name): value for name, value in fields.items()}


def plain(metric_id: str) -> str:
    """Return an id as the name that trackers of experiments accept: `f1_macro`."""
    return metric_id.replace(".", "_")
