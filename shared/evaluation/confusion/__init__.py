"""The confusion matrix: counts, statistics, intervals, comparison."""
