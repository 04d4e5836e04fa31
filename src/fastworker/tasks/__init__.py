"""Thin public names of what tasks are made of."""
