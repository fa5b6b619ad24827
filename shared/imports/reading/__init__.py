"""Readers of annotation files: bytes in, annotations of this product and what was decided about them out; pure."""
