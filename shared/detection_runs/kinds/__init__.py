"""The kinds of job that make detection runs."""
