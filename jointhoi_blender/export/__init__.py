"""From a take to a file."""
