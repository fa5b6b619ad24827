"""HTTP: parse, one call into shared, present."""
