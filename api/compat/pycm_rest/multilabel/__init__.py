"""Multi-label evaluation over HTTP."""
