"""What rangers would see of the simulated animals: lines, cameras, collars."""
