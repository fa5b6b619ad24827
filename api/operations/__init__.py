"""The routes of whoever runs the service: health and metrics."""
