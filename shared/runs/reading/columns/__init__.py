"""What the columns of a file are: the roles of their names, and the types of their values."""
