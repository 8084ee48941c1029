"""Bayesian survey models: one module per statistical model."""
