"""What the application knows, as records of the API."""
