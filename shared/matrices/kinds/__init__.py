"""The kinds of job on confusion matrices."""
