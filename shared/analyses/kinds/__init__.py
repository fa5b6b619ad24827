"""The kinds of jobs on analyses."""
