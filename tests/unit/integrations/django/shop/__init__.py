"""An app of the project of these tests."""
