"""Pages of detection runs."""
