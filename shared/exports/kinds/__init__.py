"""The kinds of jobs of exports."""
