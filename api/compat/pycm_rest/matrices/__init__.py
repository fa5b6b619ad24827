"""Confusion matrices of the PyCM REST API."""
