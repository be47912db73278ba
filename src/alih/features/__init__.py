"""Activations of frozen stages: extracted once, kept on disk under their content, shared by arms,
replicates and heads.
"""
