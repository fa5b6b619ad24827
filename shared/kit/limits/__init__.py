"""Limits: of rates over all processes, and of what is under way at once."""
