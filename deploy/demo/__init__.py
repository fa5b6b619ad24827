"""`python -m deploy.demo`: the main job from end to end on a real data set, told as it happens."""
