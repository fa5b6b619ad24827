"""Routes for operators of the service: health and metrics."""
