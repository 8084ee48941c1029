"""Repeated visits to sites: occupancy, its changes, and counts that miss animals."""
