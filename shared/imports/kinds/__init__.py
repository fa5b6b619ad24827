"""The kinds of jobs of imports."""
