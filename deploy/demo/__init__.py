"""`python -m deploy.demo`: the main workflow from end to end on a real data set, with a line for each step."""
