"""Reasons why a metric has no confidence interval, whatever the counts."""

OF_THESE_SAMPLES = "it describes these samples, and is no estimate of anything beyond them"
PART_OF_A_TEST = "it says how far these samples can be trusted, and is no estimate itself"
IN_WORDS = "it puts another metric into words"
NOT_SMOOTH = "it bends where two counts are equal, and near the bend no normal approximation holds"
PRODUCT_OF_RATES = (
    "it rises and falls with the specificity, and with ten samples of a class the delta method holds it in up to "
    "99.8 % of simulated sets instead of 95 %"
)
POSITIVE_BY_CHANCE = (
    "it cannot fall below 0, and chance alone puts it above: where predictions say nothing of the class, an interval "
    "around it would never hold the 0"
)
EXTREME_WHEN_BALANCED = (
    "where classes are equally frequent it is at the end of its range, or moves only with the square of what chance "
    "adds to the counts, and no normal approximation holds"
)
BIASED = (
    "it is off by about the number of cells over twice the number of samples, which is more than it varies where "
    "classes are many"
)
FLAT_AT_CHANCE = (
    "where predictions say nothing of the class it moves only with the square of what chance adds to the counts, and "
    "the delta method holds it in more than 99 % of simulated sets instead of 95 %"
)
TWO_FIGURES = "it is two figures; their mean is the metric jaccard.macro, which has an interval"
CHOSEN_THRESHOLD = (
    "its threshold was chosen for being the best in these samples, so that the value is too high, and an interval "
    "around it would be too"
)
"""Of metrics at a threshold that the same samples have chosen."""
