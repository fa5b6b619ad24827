"""Objects in images as drawings, and the page of a detection run."""
