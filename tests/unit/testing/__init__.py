"""The system for users' tests."""
