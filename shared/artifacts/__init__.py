"""Artifacts: the files that jobs make, kept in S3-compatible storage."""
