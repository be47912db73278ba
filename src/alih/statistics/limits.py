"""Numbers that statistics and sentences about them share; imports nothing."""

FEW = 5
"""With fewer replicates the spread of runs is hardly known, and what would settle a verdict is a
rough guess."""
