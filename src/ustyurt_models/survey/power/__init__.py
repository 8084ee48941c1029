"""Survey design: what planned surveys would be able to see, found by simulating and refitting."""
