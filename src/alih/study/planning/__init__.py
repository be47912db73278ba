"""Recipes of arms, the cells of a study, groups of items, and what identifies a cell."""
