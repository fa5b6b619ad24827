"""Running the service: readiness, monitoring, retention and administration."""
