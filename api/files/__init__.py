"""Files by links on the service's own host."""
