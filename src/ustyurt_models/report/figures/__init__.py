"""Figures of the report: one module per subject, all drawn through `canvas`."""
