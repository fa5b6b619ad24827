"""Projects and images over HTTP."""
