"""From the scene to a request."""
