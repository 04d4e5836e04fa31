"""Roles, messages and task functions, each by itself."""
