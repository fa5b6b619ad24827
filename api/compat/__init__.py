"""The inherited contracts, each as its clients know it."""
