"""The outside world behind the application's ports, one technology per package."""
