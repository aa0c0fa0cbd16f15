"""Text for people: lines that fit the sidebar, measures with their units."""

import textwrap

LABELS = {
    "id_max_mm": "Penetration",
    "deepest_mm": "Deepest penetration",
    "contact_ratio": "In contact",
    "slip_mm": "Slip in a frame",
}
UNITS = {"mm": " mm", "cm3": " cm³", "s": " s"}


def wrapped(text, context):
    """Lines of `text` that fit the sidebar's width."""
    width = (context.region.width if context.region else 300) / context.preferences.system.ui_scale
    return textwrap.wrap(text, max(20, int(width / 7.5) - 6))


def readable(name, value):
    """A metric's name and value for people: ("contact_ratio", 0.93) -> ("In contact", "93 %")."""
    words = name.split("_")
    unit = UNITS.get(words[-1], "")
    label = LABELS.get(name, " ".join(words[:-1] if unit else words).capitalize())
    if isinstance(value, bool):
        return label, "yes" if value else "no"
    if words[-1] == "ratio":
        return label, f"{100 * value:.0f} %"
    return label, (f"{value:.3g}" if isinstance(value, float) else str(value)) + unit
