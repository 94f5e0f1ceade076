"""Searches for hyper-parameters: spaces, BayesSearchCV, checkpoints, learning-rate range test."""
