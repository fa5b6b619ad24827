"""What is counted of a scene; pure."""
