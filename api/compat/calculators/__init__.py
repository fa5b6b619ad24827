"""The calculators over HTTP."""
