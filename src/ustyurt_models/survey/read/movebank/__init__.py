"""Collared animals as Movebank exports them."""
