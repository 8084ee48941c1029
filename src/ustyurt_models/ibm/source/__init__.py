"""Populations that animals are taken from: individuals, in one place or in patches.

The yearly cycle is that of Vortex (Lacy & Pollak 2014, *Vortex: a stochastic simulation of the
extinction process*), its order of events free. One kernel file per kind of event; the order
stands in `run`.
"""
