"""Writers of annotation files: objects of this product in, files and what they cannot say out; pure."""
