"""One occupancy told by several sources, each with its own detection."""
