"""Checks of what clients send: what Meta would refuse is refused with Meta's code."""
