"""Why metrics of a confusion matrix have no confidence interval."""

_COUNT = "it describes these samples, and is no estimate of anything beyond them"
_OF_A_TEST = "it says how far these samples can be trusted, and is no estimate itself"
_WORDS = "it puts another metric into words"
_BENDS = "it bends where two counts are equal, and near the bend no normal approximation holds"
_PRODUCT = (
    "it rises and falls with the specificity, and with ten samples of a class the delta method holds it in up to "
    "99.8 % of simulated sets instead of 95 %"
)
_INDEPENDENCE = (
    "it cannot fall below 0, and chance alone puts it above: where predictions say nothing of the class, an interval "
    "around it would never hold the 0"
)
_EVEN = (
    "where classes are equally frequent it is at the end of its range, or moves only with the square of what chance "
    "adds to the counts, and no normal approximation holds"
)
_BIAS = (
    "it is off by about the number of cells over twice the number of samples, which is more than it varies where "
    "classes are many"
)
_PAIRS = (
    "where predictions say nothing of the class it moves only with the square of what chance adds to the counts, and "
    "the delta method holds it in more than 99 % of simulated sets instead of 95 %"
)

WITHOUT_INTERVAL: dict[str, str] = {
    **dict.fromkeys(("samples_per_class", "errors", "chi_squared.degrees_of_freedom"), _COUNT),
    **dict.fromkeys(
        (
            "tp.class", "fp.class", "fn.class", "tn.class", "support.class", "others.class", "predicted.class",
            "predicted_others.class", "population.class", "hamming.class", "predicted_minus_actual.class",
        ),
        _COUNT,
    ),
    **dict.fromkeys(("accuracy.p_value", "accuracy.standard_error"), _OF_A_TEST),
    **dict.fromkeys(
        (
            "kappa.landis_koch", "kappa.fleiss", "kappa.altman", "kappa.cicchetti", "cramer_v.words", "mcc.words",
            "lambda_a.words", "lambda_b.words", "krippendorff_alpha.words", "pearson_c.words", "auci.class",
            "mcci.class", "qi.class", "plri.class", "nlri.class", "dpi.class",
        ),
        _WORDS,
    ),
    **dict.fromkeys(
        (
            "no_information_rate", "class_balance_accuracy", "lambda_a", "lambda_b", "optimised_precision.class",
            "overlap.class", "braun_blanquet.class", "bray_curtis.class",
        ),
        _BENDS,
    ),
    "iba.class": _PRODUCT,
    **dict.fromkeys(
        (
            "chi_squared", "phi_squared", "cramer_v", "pearson_c", "mutual_information", "relative_information",
            "kl_divergence",
        ),
        _INDEPENDENCE,
    ),
    **dict.fromkeys(
        (
            "chance_agreement", "chance_agreement_unbiased", "entropy.actual", "entropy.predicted", "entropy.cross",
        ),
        _EVEN,
    ),
    **dict.fromkeys(("entropy.joint", "entropy.conditional", "cen", "mcen", "cen.class", "mcen.class"), _BIAS),
    "ari": _PAIRS,
    "jaccard.sum_and_mean": "it is two figures; their mean is the metric jaccard.macro, which has an interval",
}  # fmt: skip
"""By the ids of the metrics without one, except those that are kept as PyCM has them."""

CHOSEN_THRESHOLD = (
    "its threshold was chosen for being the best in these samples, so that the value is too high, and an interval "
    "around it would be too"
)
"""Of metrics at a threshold that the same samples have chosen."""
