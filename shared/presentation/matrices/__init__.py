"""Confusion matrices as drawings and tables."""
