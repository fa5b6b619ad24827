"""Files of predictions in every format that is read, as batches of columns; pure but for the file that is read.

Labels, ids and metadata are texts, exactly as the file has them; only scores are numbers.
"""
