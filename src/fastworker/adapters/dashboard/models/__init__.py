"""The values of the API: what it tells (records) and what it is told (bodies)."""
