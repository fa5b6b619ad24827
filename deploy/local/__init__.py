"""The whole service on one machine: its servers, its processes, and their supervisor."""
