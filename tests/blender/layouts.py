"""A panel's layout for tests without a window: it takes what `draw` gives it, and fails where Blender would
complain.
"""

import bpy


class Layout:
    """Stands in for bpy.types.UILayout and for what its functions return; `texts` are the labels and buttons, in
    order.
    """

    def __init__(self, texts=None):
        self.texts = [] if texts is None else texts

    def _part(self, **_options):
        return Layout(self.texts)

    row = column = box = split = grid_flow = _part

    def separator(self, **_options):
        pass

    def label(self, text="", icon="NONE"):
        _check_icon(icon)
        self.texts.append(text)

    def prop(self, data, name, index=-1, text=None, icon="NONE", **_options):
        _check_icon(icon)
        assert name in data.bl_rna.properties, (data, name)
        value = getattr(data, name)
        assert index < 0 or value[index] is not None
        self.texts.append(data.bl_rna.properties[name].name if text is None else text)

    def prop_search(self, data, name, source, collection, **options):
        getattr(source, collection)
        self.prop(data, name, **options)

    def operator(self, name, text=None, icon="NONE", **_options):
        _check_icon(icon)
        module, function = name.split(".")
        kind = getattr(getattr(bpy.ops, module), function).get_rna_type()
        self.texts.append(kind.name if text is None else text)
        return type("Properties", (), {})()


def _check_icon(icon):
    icons = bpy.types.UILayout.bl_rna.functions["label"].parameters["icon"].enum_items
    assert icon in icons, icon


def drawn(panel):
    """The texts that a panel class draws now, or None where it isn't shown."""
    if not panel.poll(bpy.context):
        return None
    return _texts(panel.draw)


def header(panel):
    """The texts in the header of a panel class that is shown now, beside its name."""
    assert panel.poll(bpy.context)
    return _texts(panel.draw_header)


def _texts(draw):
    own = type("Panel", (), {"layout": Layout()})()
    draw(own, bpy.context)
    return own.layout.texts
