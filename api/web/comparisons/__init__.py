"""Pages of comparisons on the same samples."""
