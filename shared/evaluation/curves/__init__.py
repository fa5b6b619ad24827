"""ROC and precision-recall curves, their areas and thresholds."""
