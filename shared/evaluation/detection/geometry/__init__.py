"""Objects in images as boxes, masks, outlines and keypoints, and how far they overlap."""
