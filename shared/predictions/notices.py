"""Assumptions of a reader, to be shown beside the result."""

import re
from enum import StrEnum
from typing import NamedTuple, Self

_PACKED_NOTICE = re.compile(r"(?P<code>[a-z-]+)(?P<numbers>(\.\d{1,6})*)", re.ASCII)


class Code(StrEnum):
    """The kinds of assumption."""

    FIRST_ROW_SAMPLE = "first-row-sample"
    FIRST_ROW_HEADER = "first-row-header"
    COLUMNS_UNNAMED = "columns-unnamed"
    ACTUAL_BY_EXCLUSION = "actual-by-exclusion"
    PREDICTED_BY_EXCLUSION = "predicted-by-exclusion"
    LABEL_COLUMN = "label-column"
    SEMICOLON = "semicolon"
    COMMENT_LINES = "comment-lines"
    SPACES = "spaces"
    SPLIT_AT_BLANKS = "split-at-blanks"
    NO_COMMON_LABEL = "no-common-label"
    SECOND_CLASS = "second-class"
    CONFIDENCE = "confidence"
    SORTED_CLASSES = "sorted-classes"
    POSITIONS = "positions"
    WEIGHTED = "weighted"
    WEIGHT_UNUSED = "weight-unused"
    COUNTED = "counted"
    SIGNS = "signs"
    LOOK_ALIKE = "look-alike"
    NUMBERED_APART = "numbered-apart"
    ONE_OF_EACH = "one-of-each"
    SEVERAL_IN_ONE = "several-in-one"
    TRAINING = "training"


_SENTENCES = {
    Code.FIRST_ROW_SAMPLE: "Nothing says whether the first row is a header: it was taken for a sample.",
    Code.FIRST_ROW_HEADER: "Nothing says for certain that the first row is a header: it was taken for one, not for a "
    "sample.",
    Code.COLUMNS_UNNAMED: "Nothing names the columns: column {0} was taken for the actual labels and column {1} for "
    "the predicted ones.",
    Code.ACTUAL_BY_EXCLUSION: "Only the predicted labels are named: column {0} was taken for the actual ones.",
    Code.PREDICTED_BY_EXCLUSION: "Only the actual labels are named: column {0} was taken for the predicted ones.",
    Code.LABEL_COLUMN: "Nothing names the actual labels: column {0} was taken for them.",
    Code.SEMICOLON: "Commas and semicolons both cut the rows evenly: the semicolons were taken for the separator.",
    Code.COMMENT_LINES: "Lines at the beginning that start with # were taken for comments, {0} in number.",
    Code.SPACES: "Labels that differ only in the spaces around them were taken for the same label.",
    Code.SPLIT_AT_BLANKS: "Labels in one line were separated at the blanks; put each on a line of its own if a label "
    "holds blanks.",
    Code.NO_COMMON_LABEL: "No label occurs on both sides, so no prediction is right; are both columns labels in the "
    "same spelling?",
    Code.SECOND_CLASS: "One column of scores that names no class: it was taken for the scores of the second of the two "
    "classes in sorted order.",
    Code.CONFIDENCE: "The scores are those of the predicted labels; they were turned into the scores of one class.",
    Code.SORTED_CLASSES: "Nothing names the columns of scores: they were taken for the classes in sorted order.",
    Code.WEIGHTED: "Column {0} was used as the weight of each sample.",
    Code.COUNTED: "Column {0} says how many samples each row stands for, and they were counted so often.",
    Code.WEIGHT_UNUSED: "Column {0} was not used as weights; call it sample_weight if the samples have weights.",
    Code.LOOK_ALIKE: "Labels of the two sides look alike, as cat and Cat do, and were counted as different classes; "
    "write equal labels alike.",
    Code.NUMBERED_APART: "The labels of the two sides are different numbers, as 1 to 3 and 0 to 2, and each number was "
    "counted as a class of its own; write equal labels alike.",
    Code.ONE_OF_EACH: "Each class stands in one row, as in a confusion matrix of shares: the rows were taken for "
    "samples with scores of the classes.",
    Code.SEVERAL_IN_ONE: "Some labels look like several in one cell, as a|b beside a and b do: each combination was "
    "counted as a class of its own.",
    Code.SIGNS: "A sign such as ? or - stands among labels that are numbers: it was counted as a class. Leave out the "
    "samples without a label if that is what it means.",
    Code.TRAINING: "Column {0} says that the model was trained on some of the samples, and these were counted with the "
    "others; leave them out to see how good it is.",
    Code.POSITIONS: "The labels are not names in the header: they were taken for positions of its columns, from 0.",
}


class Notice(NamedTuple):
    """An assumption, and the numbers in its sentence; it holds no text of a user."""

    code: Code
    numbers: tuple[int, ...] = ()

    @property
    def sentence(self) -> str:
        """The notice in words."""
        return _SENTENCES[self.code].format(*self.numbers)

    def pack(self) -> str:
        """Pack the notice into a short text of letters, digits, hyphens and dots."""
        return ".".join([self.code, *map(str, self.numbers)])

    @classmethod
    def unpack(cls, text: str) -> Self | None:
        """Parse the text that `pack` returns; None for any other text."""
        match = _PACKED_NOTICE.fullmatch(text)
        if match is None or match["code"] not in set(Code):
            return None
        notice = cls(Code(match["code"]), tuple(map(int, match["numbers"].split(".")[1:])))
        number_count = len(set(re.findall(r"\{\d\}", _SENTENCES[notice.code])))
        return notice if len(notice.numbers) == number_count else None
