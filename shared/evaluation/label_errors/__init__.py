"""Labels that are probably wrong, and what they would do to a metric."""
