"""Reports: runs, comparisons and checks, each as one file that a browser opens by itself."""
