"""Values in, bytes out: the HTML report and the plot of a confusion matrix."""
