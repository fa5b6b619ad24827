"""Detection runs over HTTP."""
