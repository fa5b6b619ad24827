"""Labels of an image as a whole, among the parameters of the analysis that is its ground truth."""

import msgspec


class TruthLabels(msgspec.Struct, frozen=True):
    """The members of an analysis' parameters that name classes: looked for, and not marked exhaustively.

    Those of `absent_classes` were looked for and are not there.
    """

    verified_classes: list[str] = []
    absent_classes: list[str] = []
    not_exhaustive_classes: list[str] = []

    @property
    def names(self) -> set[str]:
        """All classes that are named."""
        return {*self.verified_classes, *self.absent_classes, *self.not_exhaustive_classes}
