"""The threshold that fulfils a wish, from all scores."""
