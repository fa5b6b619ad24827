"""Exports: ground truth of a project, or a model's predictions, as files for other programs."""
