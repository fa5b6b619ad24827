"""Runs, comparisons and checks that are ready, as objects, texts and files."""
