"""Machines and doors that stay where they are and open."""

FAMILIES = ()
