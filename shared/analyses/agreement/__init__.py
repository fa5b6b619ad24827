"""The agreement of two sides: its inputs, its evaluation, its confusion matrix."""
