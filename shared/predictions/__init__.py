"""Predictions as users and programs write them: tables and printed lists in, columns with roles and labels out.

Pure: texts in, values out. Inference works on the names and texts of columns, whatever they were read from.
"""

from shared.predictions.errors import UnreadablePredictions
from shared.predictions.labels import ColumnOrder, ReadLabels, read_label_table
from shared.predictions.lists.pasted import read_pasted_labels
from shared.predictions.notices import Notice
from shared.predictions.scores.score_table import ReadScores, read_score_table
from shared.predictions.tables.header import Header

__all__ = [
    "ColumnOrder",
    "Header",
    "Notice",
    "ReadLabels",
    "ReadScores",
    "UnreadablePredictions",
    "read_label_table",
    "read_pasted_labels",
    "read_score_table",
]
