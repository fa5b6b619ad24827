"""Numbers, labels, metrics and drawings in the form of the pages and of the worker's files."""
