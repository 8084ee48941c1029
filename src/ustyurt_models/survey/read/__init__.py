"""Readers of field files: one module per format, all faults of a file at once."""
