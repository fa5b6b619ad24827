"""The service over HTTP: requests, jobs, pages, memory and start."""
