"""Chapters of the report: each module turns inputs into one section of the content model."""
