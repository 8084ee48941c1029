"""How good survey data are, before any model: light enough for `ustyurt check`."""
