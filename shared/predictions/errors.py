"""Errors of reading predictions."""


class UnreadablePredictions(Exception):
    """The input holds no predictions that can be read without a guess; `detail` says what to change.

    `line` is the line at fault, from 1, where there is one, `field` the list at fault, where there are two, and `label`
    the label at fault, of which only the caller knows the line.
    """

    def __init__(
        self, detail: str, *, line: int | None = None, field: str | None = None, label: str | None = None
    ) -> None:
        self.line = line
        self.field = field
        self.label = label
        self.detail = detail if line is None else f"Line {line:,}: {detail}"
        super().__init__(self.detail)
