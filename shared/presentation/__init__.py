"""Values as people read them: numbers, labels, metrics and drawings, for the pages and for the worker's files."""
