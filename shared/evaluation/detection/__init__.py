"""Objects in images: their geometry, which of them are the same, and how well a detector finds them."""
