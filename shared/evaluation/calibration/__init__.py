"""Whether scores are the probabilities that they claim to be."""
