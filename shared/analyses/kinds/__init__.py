"""The kinds of job that are done on analyses."""
