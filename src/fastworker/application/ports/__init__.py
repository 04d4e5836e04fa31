"""What the application needs from outside, as abstract base classes named by nouns."""
