"""Labels, label sets, probabilities and weights: from the inputs of users to arrays and codes."""
