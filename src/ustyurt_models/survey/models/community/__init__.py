"""Occupancy of several species at once, with partial pooling."""
