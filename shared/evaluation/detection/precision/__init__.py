"""Average precision and other figures of detectors, from matches."""
