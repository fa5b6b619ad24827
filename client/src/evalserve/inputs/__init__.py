"""What users hold their predictions in, as files and columns that the service reads."""
