"""Objects in images: their geometry, their matching, and the metrics of detectors."""
