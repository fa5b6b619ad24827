"""The response of `/v1/meta`: the texts of the calculator API around the formulae and purposes of the tables."""

from shared.evaluation.calculators.tables import CONFUSION, DIAGNOSTIC, FBETA

META: dict[str, object] = {
    "notes": "Counts are non-negative integers; rates and probabilities are 0–1. Metrics with a zero denominator are "
    "returned as null.",
    "service": "classifier-api",
    "formulae": {
        "f1": CONFUSION.formula("f1_score"),
        "mcc": CONFUSION.formula("mcc"),
        "ppv": DIAGNOSTIC.formula("ppv"),
        "recall": CONFUSION.formula("recall"),
        "precision": CONFUSION.formula("precision"),
    },
    "endpoints": {
        "GET /v1/meta": "This document.",
        "GET /v1/fbeta": FBETA.purpose,
        "GET /v1/confusion": CONFUSION.purpose,
        "GET /v1/diagnostic": DIAGNOSTIC.purpose,
    },
    "description": "Classifier-evaluation metrics: a full metric suite from a confusion matrix, Bayesian "
    "diagnostic-test statistics (PPV/NPV, likelihood ratios), and the F-beta score.",
}
