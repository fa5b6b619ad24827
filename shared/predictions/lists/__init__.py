"""Lists of labels as people paste them and as programs print them."""
