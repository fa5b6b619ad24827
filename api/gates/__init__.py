"""Gates over HTTP."""
