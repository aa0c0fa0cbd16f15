"""Things to eat, and plain bodies: fruit, cylinders, pyramids, rings."""

FAMILIES = ()
