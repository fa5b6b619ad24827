"""Values as people read them: numbers, labels, explanations and drawings, for the pages and for the worker's files."""
