"""How far a metric can be trusted: confidence intervals, each by the one method that the catalogue names."""
