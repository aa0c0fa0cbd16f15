"""The contact heatmap: on the object's own mesh, animated, without a handler.

Each frame is a float attribute on the mesh's vertices, one for each hand. A geometry nodes modifier, first in the stack
so that the others carry its result along, picks the attributes that its keyed input names and writes `contact` (float,
0..1) and `contact_color`. With several takes on an object, the larger contact counts. For rendered views the same
modifier can put a material on the result that shows the colour: the user's own materials stay on the mesh.
"""

import bpy
from mathutils.kdtree import KDTree
import numpy as np

from . import keys

GROUP = MATERIAL = "JointHOI Contact"
LOOK = (True, True, False)  # whether the left hand's contact is shown, the right hand's, and either in rendered views
CONTACT, COLOR = "contact", "contact_color"
COLORS = ((0.0, (0.30, 0.32, 0.36, 1)), (0.5, (0.95, 0.55, 0.10, 1)), (1.0, (0.85, 0.05, 0.03, 1)))
NEAREST = 4
CHUNK = 2048  # vertices at a time: what fits the processor's cache
MAX_VALUES = 30_000_000  # numbers kept with a mesh; above, frames share attributes


def store(mesh, name, vertices, points, contact, sides):
    """Keeps a take's contact with a mesh, an attribute a frame; yields now and then, so that a window can breathe.

    vertices (V, 3) of the mesh and points (P, 3), both in the frame of the clip's object; contact (n, 2, P), of which
    the hands `sides` are kept
    """
    contact = np.asarray(contact[:: stride(len(contact), len(vertices) * len(sides)), sides], np.float32)
    heat = []  # in pieces: the first write to one array as large as all would take the system long
    for begin in range(0, len(vertices), CHUNK):
        index, weight = nearest(vertices[begin : begin + CHUNK], points)
        yield
        heat.append(np.empty((len(contact), len(sides), len(index)), np.float32))
        for hand in range(len(sides)):
            heat[-1][:, hand] = sum(contact[:, hand, i] * w for i, w in zip(index.T, weight.T.astype(np.float32)))
            yield
    for sample in range(len(contact)):
        for hand, side in enumerate(sides):
            attribute = mesh.attributes.new(attribute_name(name, sample, side), "FLOAT", "POINT")
            attribute.data.foreach_set("value", np.concatenate([piece[sample, hand] for piece in heat]))
        if sample % 32 == 31:
            yield


def stride(frames, values):
    """How many frames share an attribute: 1, more where `values` a frame are so many that the file would swell."""
    return max(1, -(-frames * values // MAX_VALUES))


def stored(mesh, name):
    """Whether a mesh still has a take's contact."""
    return any(attribute_name(name, 0, side) in mesh.attributes for side in (0, 1))


def put_away(mesh, name):
    """Moves a take's contact from a mesh to a hidden one, returned: what no modifier reads only slows playback."""
    shelf = bpy.data.meshes.new(f".{name}")
    count = len(mesh.vertices)
    shelf.vertices.add(count)
    _copy(mesh.vertices, shelf.vertices, "co", 3)
    for attribute in [each.name for each in mesh.attributes if each.name.startswith(attribute_name(name, ""))]:
        new = shelf.attributes.new(attribute, "FLOAT", "POINT")
        _copy(mesh.attributes[attribute].data, new.data, "value")
    drop(mesh, name)
    return shelf


def take_out(shelf, mesh, name):
    """The way back, which ends the hidden mesh. On a mesh that was edited meanwhile, by the nearest vertex."""
    nearest_on_shelf = None
    if len(shelf.vertices) != len(mesh.vertices):
        tree = KDTree(len(shelf.vertices))
        for index, vertex in enumerate(shelf.vertices):
            tree.insert(vertex.co, index)
        tree.balance()
        nearest_on_shelf = [tree.find(vertex.co)[1] for vertex in mesh.vertices]
    for attribute in [each.name for each in shelf.attributes if each.name.startswith(attribute_name(name, ""))]:
        new = mesh.attributes.new(attribute, "FLOAT", "POINT")
        _copy(shelf.attributes[attribute].data, new.data, "value", order=nearest_on_shelf)
    bpy.data.meshes.remove(shelf)


def _copy(source, target, name, width=1, order=None):
    values = np.empty(width * len(source), np.float32)
    source.foreach_get(name, values)
    target.foreach_set(name, values if order is None else values[order])


def drop(mesh, name):
    """Removes a take's contact from a mesh."""
    for attribute in [each.name for each in mesh.attributes if each.name.startswith(attribute_name(name, ""))]:
        mesh.attributes.remove(mesh.attributes[attribute])


def add_modifier(object, name):
    """Shows a take's contact on an object, by a modifier called `name`, first in the stack."""
    modifier = object.modifiers.new(name, "NODES")
    modifier.name = name
    modifier.node_group = node_group()
    modifier.show_expanded = False
    object.modifiers.move(len(object.modifiers) - 1, 0)
    for side, socket in enumerate(("Left", "Right")):
        keys.set_input(modifier, _socket(modifier, f"{socket} Attributes"), attribute_name(name, "#", side))
    keys.set_input(modifier, _socket(modifier, "All Attributes"), attribute_name(name, "*"))
    look(object, name)
    if not object.data.library and not object.data.attributes.active_color_name:
        object.data.attributes.active_color_name = COLOR
    return modifier


def look(object, name, left=True, right=True, rendered=False):
    """Which hands' contact a take's modifier shows on an object, and whether in rendered views too."""
    modifier = object.modifiers.get(name)
    if modifier is None:
        return
    keys.set_input(modifier, _socket(modifier, "Left"), float(left))
    keys.set_input(modifier, _socket(modifier, "Right"), float(right))
    keys.set_input(modifier, _socket(modifier, "Rendered"), bool(rendered))
    keys.set_input(modifier, _socket(modifier, "Material"), material() if rendered else None)
    modifier.show_viewport = modifier.show_render = bool(left or right)
    object.update_tag()


def material():
    """The material of the heatmap in rendered views, shared by all takes of a file."""
    made = bpy.data.materials.get(MATERIAL)
    if made is None or made.library:
        made = bpy.data.materials.new(MATERIAL)
        if made.node_tree is None:  # before 5.0
            made.use_nodes = True
        color = made.node_tree.nodes.new("ShaderNodeAttribute")
        color.attribute_name = COLOR
        surface = made.node_tree.nodes["Principled BSDF"]
        surface.inputs["Roughness"].default_value = 0.6
        made.node_tree.links.new(color.outputs["Color"], surface.inputs["Base Color"])
    return made


def remove_modifier(object, name):
    """Takes away what `add_modifier` added."""
    modifier = object.modifiers.get(name)
    if modifier:
        for curve in (
            [each for each in object.animation_data.drivers if name in each.data_path] if object.animation_data else ()
        ):
            object.animation_data.drivers.remove(curve)
        if modifier.node_group:
            keys.set_input(modifier, _socket(modifier, "Material"), None)  # 5.2 would count it as used for ever
        object.modifiers.remove(modifier)
    mesh = object.data
    if not mesh.library and mesh.attributes.active_color_name == COLOR and not any(_is_shown(mesh)):
        mesh.attributes.active_color_name = ""


def key_modifier(modifier, bag, frames, values):
    """Keys which attributes are shown at each of frames (n,) in `bag`, the channels of the object's action; values: how
    many numbers `store` had for a frame, vertices times hands."""
    path = keys.input_path(modifier, _socket(modifier, "Sample"))
    samples = np.arange(len(frames)) // stride(len(frames), values)
    keys.write(bag, path, frames, samples, keys.new_group(bag, "Contact"), keys.CONSTANT)


def drive_modifier(object, modifier, frames, values):
    """Picks the attribute of each of frames (n,) by a driver, for an object whose own action must stay as it is.

    Returns the driver's expression, with which `drive` makes it anew. It is one that Blender computes without Python.
    """
    step = stride(len(frames), values)
    expression = f"floor(min(max(frame - {int(frames[0])}, 0), {len(frames) - 1}) / {step})"
    drive(object, modifier, expression)
    return expression


def drive(object, modifier, expression):
    """Gives a heatmap's modifier the driver that `drive_modifier` said."""
    driver = object.driver_add(keys.input_path(modifier, _socket(modifier, "Sample"))).driver
    driver.type = "SCRIPTED"
    driver.expression = expression


def forget(name):
    """Removes a take's contact from every mesh that no object shows it on any more."""
    readers = {thing.data for thing in bpy.data.objects if thing.type == "MESH" and name in thing.modifiers}
    for mesh in bpy.data.meshes:
        if mesh not in readers and not mesh.library:
            drop(mesh, name)


def _socket(modifier, name):
    items = modifier.node_group.interface.items_tree
    return next(item.identifier for item in items if item.name == name and item.in_out == "INPUT")


def _is_shown(mesh):
    """For each object with this mesh, whether it shows a heatmap."""
    for thing in bpy.data.objects:
        if thing.data == mesh:
            yield any(
                each.type == "NODES" and each.node_group and each.node_group.name == GROUP for each in thing.modifiers
            )


def attribute_name(name, sample, side=None):
    """The attribute that holds a frame of a hand; the leading dot keeps it out of the user's lists."""
    return f".{name}.{'' if side is None else 'LR'[side]}{sample}"


def nearest(vertices, points):
    """For each of vertices (V, 3) the nearest of points (P, 3): indices (V, k) and weights (V, k) that add up to 1."""
    count = min(NEAREST, len(points))
    middle = points.mean(0)  # near the origin, float32 tells near from far; the distances that count are exact
    coarse, points = np.asarray(points - middle, np.float32), np.asarray(points, np.float64)
    closeness = np.asarray(vertices - middle, np.float32) @ coarse.T - (coarse**2).sum(1) / 2
    index = np.argpartition(-closeness, count - 1, axis=1)[:, :count]
    weight = 1 / (np.linalg.norm(vertices[:, None] - points[index], axis=-1) + 1e-6)
    return index, weight / weight.sum(1, keepdims=True)


def node_group():
    """The geometry nodes of the heatmap, shared by all takes of a file."""
    group = bpy.data.node_groups.get(GROUP)
    if group is None or group.library:
        group = bpy.data.node_groups.new(GROUP, "GeometryNodeTree")
        _build(group)
    return group


def _build(group):
    for name, direction, kind in (
        ("Geometry", "INPUT", "NodeSocketGeometry"), ("Left Attributes", "INPUT", "NodeSocketString"),
        ("Right Attributes", "INPUT", "NodeSocketString"), ("All Attributes", "INPUT", "NodeSocketString"),
        ("Sample", "INPUT", "NodeSocketFloat"), ("Left", "INPUT", "NodeSocketFloat"), ("Right", "INPUT", "NodeSocketFloat"),
        ("Rendered", "INPUT", "NodeSocketBool"), ("Material", "INPUT", "NodeSocketMaterial"),
        ("Geometry", "OUTPUT", "NodeSocketGeometry"),
    ):  # fmt: skip
        group.interface.new_socket(name, in_out=direction, socket_type=kind)
    group.is_modifier = True
    nodes, links = group.nodes, group.links

    def node(kind, x, y, inputs, **settings):
        """A new node; inputs: {socket name: an output socket to link, or a value}."""
        made = nodes.new(kind)
        made.location = (200 * x, -200 * y)
        for setting, value in settings.items():
            setattr(made, setting, value)
        for name, value in inputs.items():
            socket = next(each for each in made.inputs if each.name == name and each.enabled)
            if isinstance(value, bpy.types.NodeSocket):
                links.new(value, socket)
            else:
                socket.default_value = value
        return made

    given = node("NodeGroupInput", 0, 0, {}).outputs
    number = node("FunctionNodeValueToString", 1, 1, {"Value": given["Sample"]}).outputs["String"]

    def attribute(name, y):
        made = node("GeometryNodeInputNamedAttribute", 3, y, {"Name": name}, data_type="FLOAT")
        return next(each for each in made.outputs if each.name == "Attribute" and each.enabled)

    def math(operation, x, y, one, two):
        made = node("ShaderNodeMath", x, y, {}, operation=operation)
        links.new(one, made.inputs[0])
        links.new(two, made.inputs[1])
        return made

    def hand(name, y):
        inputs = {"String": given[f"{name} Attributes"], "Find": "#", "Replace": number}
        own = node("FunctionNodeReplaceString", 2, y, inputs).outputs["String"]
        return math("MULTIPLY", 3.5, y, attribute(own, y), given[name]).outputs[0]

    hands = math("MAXIMUM", 4, 1, hand("Left", 1), hand("Right", 2)).outputs[0]
    contact = math("MAXIMUM", 4.5, 2, hands, attribute(CONTACT, 3))
    values = {"Geometry": given["Geometry"], "Name": CONTACT, "Value": contact.outputs[0]}
    stored = node("GeometryNodeStoreNamedAttribute", 5, 0, values, data_type="FLOAT")
    ramp = node("ShaderNodeValToRGB", 5, 1, {})
    links.new(contact.outputs[0], ramp.inputs[0])
    elements = ramp.color_ramp.elements
    while len(elements) < len(COLORS):
        elements.new(0.5)
    for element, (position, color) in zip(elements, COLORS):
        element.position, element.color = position, color
    colored = node("GeometryNodeStoreNamedAttribute", 6, 0,
                   {"Geometry": stored.outputs["Geometry"], "Name": COLOR, "Value": ramp.outputs["Color"]},
                   data_type="BYTE_COLOR", domain="CORNER")  # fmt: skip
    cleaned = node(
        "GeometryNodeRemoveAttribute", 7, 0,
        {"Geometry": colored.outputs["Geometry"], "Name": given["All Attributes"]},
    )  # fmt: skip
    keys.set_wildcard(cleaned)
    cleaned = cleaned.outputs["Geometry"]
    dressed = node("GeometryNodeSetMaterial", 8, 1, {"Geometry": cleaned, "Material": given["Material"]})
    chosen = node("GeometryNodeSwitch", 9, 0, {"Switch": given["Rendered"], "False": cleaned,
                                               "True": dressed.outputs["Geometry"]}, input_type="GEOMETRY")  # fmt: skip
    node("NodeGroupOutput", 10, 0, {"Geometry": chosen.outputs["Output"]})
