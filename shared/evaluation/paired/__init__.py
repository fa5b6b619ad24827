"""Two classifiers on the same samples: tests, intervals of differences, and the verdict in words."""
