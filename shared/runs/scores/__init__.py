"""What the scores of a run say: curves, thresholds, calibration, and decisions."""
