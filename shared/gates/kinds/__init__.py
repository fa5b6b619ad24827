"""The kinds of job that are about gates."""
