"""Devices and personal things: sizes, and what only they have."""

HUMAN_RANGE = {
    "alarm_clock": (0.07, 0.16), "binoculars": (0.09, 0.18), "game_controller": (0.13, 0.2), "headphones": (0.12, 0.22),
    "mouse": (0.085, 0.13), "watch": (0.05, 0.25), "remote_control": (0.11, 0.22), "calculator": (0.09, 0.16),
    "light_switch": (0.07, 0.13), "eyeglasses": (0.11, 0.16), "flute": (0.28, 0.45), "stamp": (0.055, 0.1),
    "toothbrush": (0.14, 0.21), "toothpaste": (0.1, 0.2), "pen": (0.12, 0.19), "comb": (0.11, 0.19),
    "spoon": (0.13, 0.21), "fork": (0.14, 0.25),
}  # fmt: skip
