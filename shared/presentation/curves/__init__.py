"""Curves and histograms as paths of an SVG."""
