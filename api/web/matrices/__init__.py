"""Pages of matrices, and of their comparison by PyCM's ranking."""
