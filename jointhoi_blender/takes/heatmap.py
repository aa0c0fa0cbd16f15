"""The contact heatmap: on the object's own mesh, animated, without a handler.

Each frame is a float attribute on the mesh's vertices. A geometry nodes modifier, first in the stack so that the others
carry its result along, picks the attribute that its keyed input names and writes `contact` (float, 0..1) and
`contact_color`. With several takes on an object, the larger contact counts.
"""

import bpy
import numpy as np

from . import keys

GROUP = "JointHOI Contact"
CONTACT, COLOR = "contact", "contact_color"
COLORS = ((0.0, (0.30, 0.32, 0.36, 1)), (0.5, (0.95, 0.55, 0.10, 1)), (1.0, (0.85, 0.05, 0.03, 1)))
NEAREST = 4
MAX_VALUES = 30_000_000  # numbers kept with a mesh; above, frames share attributes


def make_heatmap(object, name, bag, frames, vertices, points, contact):
    """Adds attributes, a modifier called `name` and its keys to a mesh object.

    frames (n,); vertices (V, 3) of the object's own mesh and points (P, 3), both in the frame of the clip's object;
    contact (n, P); bag: the channels of the object's action
    """
    stride = max(1, -(-len(frames) * len(vertices) // MAX_VALUES))
    contact = contact[::stride]
    index, weight = nearest(vertices, points)
    for sample, values in enumerate(contact):
        attribute = object.data.attributes.new(attribute_name(name, sample), "FLOAT", "POINT")
        attribute.data.foreach_set("value", (values[index] * weight).sum(1).astype(np.float32))
    modifier = object.modifiers.new(name, "NODES")
    modifier.name = name
    modifier.node_group = group = node_group()
    modifier.show_expanded = False
    object.modifiers.move(len(object.modifiers) - 1, 0)
    sockets = {item.name: item.identifier for item in group.interface.items_tree if item.in_out == "INPUT"}
    keys.set_input(modifier, sockets["Attributes"], attribute_name(name, "#"))
    path = keys.input_path(modifier, sockets["Sample"])
    keys.write(bag, path, frames, np.arange(len(frames)) // stride, keys.new_group(bag, "Contact"), keys.CONSTANT)


def attribute_name(name, sample):
    """The attribute that holds a frame; the leading dot keeps it out of the user's lists."""
    return f".{name}.{sample}"


def remove_heatmap(object, name):
    """Takes away all that `make_heatmap` added, except the keys."""
    modifier = object.modifiers.get(name)
    if modifier:
        object.modifiers.remove(modifier)
    prefix = attribute_name(name, "")
    mesh = object.data
    for attribute in [each.name for each in mesh.attributes if each.name.startswith(prefix)]:
        mesh.attributes.remove(mesh.attributes[attribute])


def nearest(vertices, points):
    """For each of vertices (V, 3) the nearest of points (P, 3): indices (V, k) and weights (V, k) that add up to 1."""
    count = min(NEAREST, len(points))
    index, distance = np.empty((len(vertices), count), int), np.empty((len(vertices), count))
    points = np.asarray(points, np.float64)
    for begin in range(0, len(vertices), 4096):  # in parts that fit the processor's cache
        some = vertices[begin : begin + 4096]
        squared = (some**2).sum(1)[:, None] - 2 * some @ points.T + (points**2).sum(1)
        near = np.argpartition(squared, count - 1, axis=1)[:, :count]
        index[begin : begin + 4096] = near
        distance[begin : begin + 4096] = np.sqrt(np.maximum(np.take_along_axis(squared, near, 1), 0))
    weight = 1 / (distance + 1e-6)
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
        ("Geometry", "INPUT", "NodeSocketGeometry"), ("Attributes", "INPUT", "NodeSocketString"),
        ("Sample", "INPUT", "NodeSocketFloat"), ("Geometry", "OUTPUT", "NodeSocketGeometry"),
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

    def named(replacement, y):
        inputs = {"String": given["Attributes"], "Find": "#", "Replace": replacement}
        return node("FunctionNodeReplaceString", 2, y, inputs).outputs["String"]

    def attribute(name, y):
        made = node("GeometryNodeInputNamedAttribute", 3, y, {"Name": name}, data_type="FLOAT")
        return next(each for each in made.outputs if each.name == "Attribute" and each.enabled)

    contact = node("ShaderNodeMath", 4, 1, {}, operation="MAXIMUM")
    links.new(attribute(named(number, 1), 1), contact.inputs[0])
    links.new(attribute(CONTACT, 2), contact.inputs[1])
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
        "GeometryNodeRemoveAttribute", 7, 0, {"Geometry": colored.outputs["Geometry"], "Name": named("*", 2)}
    )
    keys.set_wildcard(cleaned)
    node("NodeGroupOutput", 8, 0, {"Geometry": cleaned.outputs["Geometry"]})
