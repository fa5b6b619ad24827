"""From what users send to arrays and codes: labels, label sets, probabilities, weights."""
