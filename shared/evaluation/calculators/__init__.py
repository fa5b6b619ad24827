"""The calculators: metrics from a few counts or rates, rounded exactly."""
