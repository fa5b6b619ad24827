"""JSON and JSON Lines, in the layouts that programs write."""
