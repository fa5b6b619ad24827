"""From the rows of a file to a run: canonical rows, and counts that add up over the parts of a file; pure."""
