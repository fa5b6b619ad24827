"""The kinds of job on probabilities."""
