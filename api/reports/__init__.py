"""Reports: runs and comparisons, each as one file that a browser opens by itself."""
