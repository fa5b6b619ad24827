"""The time and memory of the maths and of files, beside other libraries."""
