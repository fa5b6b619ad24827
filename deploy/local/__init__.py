"""The whole service on one machine: its servers, its processes, and who keeps them alive."""
