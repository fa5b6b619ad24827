"""Analyses of images."""
