"""Camera traps: packages of the standard Camtrap DP 1.0, their effort, events and histories."""
