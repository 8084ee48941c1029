"""Plain NumPy statements of the science: no randomness, no files."""
