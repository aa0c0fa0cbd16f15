"""A contact sheet: a take in a few pictures, from two sides, with the time under each.

Cycles renders it on the CPU, so it needs no window and no graphics card. Each moment's evaluated meshes are copied into
a scene of their own, with their own light and materials: the take's scene is only looked at.
"""

from contextlib import contextmanager
from math import cos, log10, radians, sin, sqrt, tan
import os
import tempfile

import bpy
from mathutils import Matrix, Vector
import numpy as np

SIDES = {"front right": 52.0, "back left": 196.0}  # where the camera stands, degrees counter-clockwise from +X
ELEVATION = 24.0  # degrees above the horizon
HALF_ANGLE = radians(12.0)  # half the camera's angle of view
ROOM = 1.08  # how much more than the subject is in a picture

SKIN = (0.70, 0.31, 0.20)
CERAMIC = (0.80, 0.82, 0.80)
HEAT = (0.95, 0.16, 0.03)
TABLE, SQUARES = (0.155, 0.175, 0.205), (0.125, 0.145, 0.175)
TOUCHING = 0.5  # contact above this is a touch

GAP, MARGIN, LABEL, TITLE = 4, 14, 34, 52  # pixels between pictures, around the sheet, under and above them


def contact_sheet(take, path, moments=6, sides=SIDES, size=320, samples=16, threads=0, progress=None):
    """Renders `take` as a sheet of len(sides) rows and `moments` columns and writes it to `path`, a PNG.

    moments    how many pictures in a row, or a sequence of scene frames
    sides      direction of the camera by name, degrees counter-clockwise from +X as the actor faces +Y
    size       pixels of a picture's edge
    samples    Cycles samples a pixel, before denoising
    threads    how many to render with, 0 for all
    progress   called as progress(fraction, message) before each picture

    The current frame of the take's scene is put back, and everything that was made for the pictures is removed.
    """
    tell = progress or (lambda fraction, message: None)
    frames = moment_frames(take, moments) if isinstance(moments, int) else [float(f) for f in moments]
    with _kept_frame(bpy.context.scene), _removed_after():
        tell(0.0, "Picture: the moments")
        snapshots = [_snapshot(take, frame) for frame in frames]
        scene = _studio(size, samples, threads)
        _place_all(scene, snapshots)
        rows = []
        for row, (name, angle) in enumerate(sides.items()):
            pictures = []
            for column, (meshes, view) in enumerate(zip(snapshots, _views(snapshots, radians(angle)))):
                done = (row * len(frames) + column) / (len(sides) * len(frames))
                tell(0.05 + 0.9 * done, f"Picture {row * len(frames) + column + 1} of {len(sides) * len(frames)}")
                for other in snapshots:
                    for thing in other:
                        thing.hide_render = other is not meshes
                scene.camera.matrix_world = view
                pictures.append(_rendered(scene))
            rows.append(pictures)
        tell(0.95, "Picture: the labels")
        start, rate = take.frame_range[0], _rate(bpy.context.scene)
        times = [f"{(frame - start) / rate:.1f} s" for frame in frames]
        sheet = _page(rows, times, take.prompt, size, threads)
        _write(sheet, path)


def moment_frames(take, count=6):
    """`count` scene frames that tell a take: reach, just before contact, contact, lift, the action, the end.

    Contact is the first and last frame in which a hand touches the object according to the take's clip; the action is
    when the object first is as far from how it stood as it gets. Other counts than six are spread evenly between these;
    where the take has no clip, over its frames.
    """
    clip = take.clip
    if clip is None:
        return [float(round(frame)) for frame in np.linspace(*take.frame_range, count)]
    touching = (clip.contact[:, np.asarray(clip.hand_active, bool)] > TOUCHING).any((1, 2))
    held = np.flatnonzero(touching)
    last = clip.frames - 1
    first, release = (int(held[0]), int(held[-1])) if len(held) else (last // 3, last)
    moved = np.linalg.norm(clip.object_translation - clip.object_translation[0], axis=1)
    turned = np.arccos(np.clip((np.einsum("tij,ij->t", clip.object_rotation, clip.object_rotation[0]) - 1) / 2, -1, 1))
    away = moved / max(moved.max(), 1e-3) + turned / max(turned.max(), 0.3)
    far = away[first : release + 1]
    action = first + int((far > 0.97 * far.max()).argmax())
    lift = first + int((moved[first : action + 1] < moved[action] / 2).sum())
    before = max(first - 0.2 * clip.fps, 0.7 * first)
    keys = np.maximum.accumulate([0.45 * first, before, min(first + 0.1 * clip.fps, last), lift, action, last])
    clip_frames = np.interp(np.linspace(0, 1, count), np.linspace(0, 1, len(keys)), keys)
    begin, end = take.frame_range
    return [float(round(begin + frame / max(last, 1) * (end - begin))) for frame in clip_frames]


# Geometry: the take at one moment


def _take_meshes(take):
    """The objects of a take that are seen, with their kind: its object, and what hangs on its hands' armatures."""
    skins = [skin for hand in take.hands.values() for skin in hand.children if skin.type == "MESH"]
    return [(thing, "object") for _, thing in take.moved] + [(skin, "hand") for skin in skins]


def _snapshot(take, frame):
    """Objects of frozen world-space meshes: the take as it is evaluated at a scene frame, in no collection yet."""
    bpy.context.scene.frame_set(int(frame), subframe=frame % 1)
    graph = bpy.context.evaluated_depsgraph_get()
    frozen = []
    for source, kind in _take_meshes(take):
        evaluated = source.evaluated_get(graph)
        mesh = bpy.data.meshes.new_from_object(evaluated, preserve_all_data_layers=True, depsgraph=graph)
        mesh.transform(evaluated.matrix_world)
        if evaluated.matrix_world.determinant() < 0:
            mesh.flip_normals()
        mesh.shade_smooth()
        if kind == "object":
            mesh.set_sharp_from_angle(angle=radians(35))
        mesh.materials.clear()
        mesh.materials.append(_material(kind))
        thing = bpy.data.objects.new(f"{kind} {frame:g}", mesh)
        thing["kind"] = kind
        frozen.append(thing)
    return frozen


def _points(objects):
    """All vertices (N, 3) of some frozen objects."""
    out = []
    for thing in objects:
        points = np.empty(3 * len(thing.data.vertices), np.float32)
        thing.data.vertices.foreach_get("co", points)
        out.append(points.reshape(-1, 3))
    return np.concatenate(out)


# The studio: table, light, camera


def _studio(size, samples, threads):
    scene = bpy.data.scenes.new("contact sheet")
    render = scene.render
    render.engine = "CYCLES"
    render.resolution_x = render.resolution_y = size
    render.resolution_percentage = 100
    render.image_settings.file_format = "PNG"
    render.image_settings.color_mode = "RGB"
    render.threads_mode, render.threads = ("FIXED", threads) if threads else ("AUTO", render.threads)
    scene.cycles.device = "CPU"
    scene.cycles.samples = samples
    scene.cycles.use_adaptive_sampling = False
    scene.cycles.max_bounces = 3
    scene.cycles.caustics_reflective = scene.cycles.caustics_refractive = False
    scene.cycles.use_denoising = True
    scene.cycles.denoiser, scene.cycles.denoising_quality = "OPENIMAGEDENOISE", "FAST"
    scene.view_settings.view_transform, scene.view_settings.look = "AgX", "AgX - Medium High Contrast"
    scene.world = _world((0.95, 0.97, 1.0), 0.55)
    scene.camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    scene.camera.data.angle = 2 * HALF_ANGLE
    scene.camera.data.clip_start, scene.camera.data.clip_end = 1e-3, 1e5
    scene.collection.objects.link(scene.camera)
    return scene


def _world(colour, strength):
    world = bpy.data.worlds.new("contact sheet")
    background = _nodes(world).nodes["Background"].inputs
    background["Color"].default_value, background["Strength"].default_value = (*colour, 1), strength
    return world


def _place_all(scene, snapshots):
    """The frozen meshes, a table under the object as it stands first, and two lamps, sized by what is seen."""
    for meshes in snapshots:
        for thing in meshes:
            scene.collection.objects.link(thing)
    points = np.concatenate([_points(meshes) for meshes in snapshots])
    low, high = points.min(0), points.max(0)
    middle, reach = Vector((low + high) / 2), float(np.linalg.norm(high - low))
    floor = float(_points([t for t in snapshots[0] if t["kind"] == "object"])[:, 2].min())
    table = bpy.data.meshes.new("table")
    corners = [(x + middle.x, y + middle.y, 0) for x in (-30 * reach, 30 * reach) for y in (-30 * reach, 30 * reach)]
    table.from_pydata(corners, [], [(0, 2, 3, 1)])
    table.materials.append(_material("table"))
    squares = table.materials[0].node_tree.nodes["Checker Texture"].inputs["Scale"]
    squares.default_value = 10 / 10 ** round(log10(2 * reach))
    ground = bpy.data.objects.new("table", table)
    ground.location.z = floor
    scene.collection.objects.link(ground)
    for name, direction, edge, power in (("key", (0.5, 0.2, 1.3), 0.9, 46.0), ("fill", (-0.9, -0.5, 0.8), 1.2, 14.0)):
        lamp = bpy.data.lights.new(name, "AREA")
        lamp.size, lamp.energy = edge * reach, power * reach**2
        thing = bpy.data.objects.new(name, lamp)
        away = Vector(direction).normalized()
        facing = away.to_track_quat("Z", "Y").to_matrix().to_4x4()
        thing.matrix_world = Matrix.Translation(middle + 1.6 * reach * away) @ facing
        scene.collection.objects.link(thing)


def _views(snapshots, angle):
    """Where the camera stands for each moment, a list of 4x4 matrices: at `angle` about +Z, facing the hands and the
    object, half way (as factors) between as near as shows these whole and as far as the widest moment asks for.
    """
    height = radians(ELEVATION)
    away = Vector((cos(angle) * cos(height), sin(angle) * cos(height), sin(height)))
    turn = away.to_track_quat("Z", "Y").to_matrix()
    slope = tan(HALF_ANGLE) / ROOM
    centres, distances = [], []
    for meshes in snapshots:
        local = _points(meshes) @ np.array(turn)  # camera axes: right, up, towards the camera
        depth = local[:, 2].mean()
        plus = (local[:, 2:] - depth + local[:, :2] / slope).max(0)  # the camera whose picture's edges just touch them
        minus = (local[:, 2:] - depth - local[:, :2] / slope).max(0)
        centres.append((*(plus - minus) / 2 * slope, depth))
        distances.append(((plus + minus) / 2).max())
    return [turn.to_4x4() @ Matrix.Translation(centre) @ Matrix.Translation((0, 0, sqrt(own * max(distances))))
            for centre, own in zip(centres, distances)]  # fmt: skip


def _nodes(block):
    """The node tree of a new world or material; from 5.0 they always have one."""
    if bpy.app.version < (5, 0):
        block.use_nodes = True
    return block.node_tree


def _material(kind):
    """The sheet's own material: "hand", "object" (with the heat of its `contact` attribute) or "table"."""
    name = f"contact sheet {kind}"
    if name in bpy.data.materials:
        return bpy.data.materials[name]
    material = bpy.data.materials.new(name)
    nodes, links = _nodes(material).nodes, material.node_tree.links
    surface = nodes["Principled BSDF"].inputs
    surface["Base Color"].default_value = (*{"hand": SKIN, "object": CERAMIC, "table": TABLE}[kind], 1)
    surface["Roughness"].default_value = {"hand": 0.5, "object": 0.28, "table": 0.75}[kind]
    if kind == "hand":
        surface["Subsurface Weight"].default_value = 0.15
        surface["Subsurface Scale"].default_value = 0.01
    if kind == "table":  # squares of 10 cm, or as many times that as suits the object
        squares, where = nodes.new("ShaderNodeTexChecker"), nodes.new("ShaderNodeTexCoord")
        squares.inputs["Color1"].default_value, squares.inputs["Color2"].default_value = (*TABLE, 1), (*SQUARES, 1)
        links.new(where.outputs["Object"], squares.inputs["Vector"])
        links.new(squares.outputs["Color"], surface["Base Color"])
    if kind == "object":
        heat, mix = nodes.new("ShaderNodeAttribute"), nodes.new("ShaderNodeMix")
        heat.attribute_name = "contact"
        mix.data_type = "RGBA"
        colours = [socket for socket in mix.inputs if socket.type == "RGBA"]
        colours[0].default_value, colours[1].default_value = (*CERAMIC, 1), (*HEAT, 1)
        links.new(heat.outputs["Fac"], mix.inputs[0])
        links.new(next(s for s in mix.outputs if s.type == "RGBA"), surface["Base Color"])
    return material


# Pictures


def _rendered(scene):
    """What the scene's camera sees, (height, width, 3) float32 display values, the first row on top."""
    with tempfile.TemporaryDirectory(prefix="jointhoi-") as folder:
        scene.render.filepath = os.path.join(folder, "picture.png")
        bpy.ops.render.render(write_still=True, scene=scene.name)
        image = bpy.data.images.load(scene.render.filepath)
        pixels = np.empty(image.size[0] * image.size[1] * 4, np.float32)
        image.pixels.foreach_get(pixels)
        shape = (image.size[1], image.size[0], 4)
        bpy.data.images.remove(image)
    return pixels.reshape(shape)[::-1, :, :3]


def _page(rows, labels, title, size, threads):
    """The pictures in rows on white paper, (height, width, 3), with a title above and a label under each column."""
    columns = len(labels)
    width = 2 * MARGIN + columns * size + (columns - 1) * GAP
    height = TITLE + len(rows) * size + (len(rows) - 1) * GAP + LABEL + MARGIN // 2
    left = [MARGIN + column * (size + GAP) for column in range(columns)]
    texts = [(title, (MARGIN, TITLE / 2), 24, "LEFT")]
    texts += [(text, (x + size / 2, height - MARGIN / 2 - LABEL / 2), 20, "CENTER") for text, x in zip(labels, left)]
    page = _paper(texts, width, height, threads)
    for row, pictures in enumerate(rows):
        top = TITLE + row * (size + GAP)
        for x, picture in zip(left, pictures):
            page[top : top + size, x : x + size] = picture
    return page


def _paper(texts, width, height, threads):
    """White paper (height, width, 3) with dark text, rendered: one unit of its scene is one pixel."""
    scene = _studio(64, 6, threads)
    scene.render.resolution_x, scene.render.resolution_y = width, height
    scene.cycles.use_denoising = False
    scene.view_settings.view_transform, scene.view_settings.look = "Standard", "None"
    scene.world = _world((1, 1, 1), 1)
    ink = bpy.data.materials.new("contact sheet ink")
    surface = _nodes(ink).nodes["Principled BSDF"].inputs
    surface["Base Color"].default_value, surface["Specular IOR Level"].default_value = (0, 0, 0, 1), 0
    surface["Emission Color"].default_value, surface["Emission Strength"].default_value = (0.03, 0.03, 0.035, 1), 1
    for text, (x, y), points, align in texts:
        curve = bpy.data.curves.new("text", "FONT")
        curve.body, curve.size, curve.align_x, curve.align_y = text, points, align, "CENTER"
        curve.materials.append(ink)
        thing = bpy.data.objects.new("text", curve)
        thing.location = (x - width / 2, height / 2 - y, 0)
        scene.collection.objects.link(thing)
    scene.camera.data.type, scene.camera.data.ortho_scale = "ORTHO", max(width, height)
    scene.camera.matrix_world = Matrix.Translation((0, 0, 10))
    return _rendered(scene).copy()


def _write(pixels, path):
    """Writes (height, width, 3) display values, first row on top, as a PNG."""
    height, width = pixels.shape[:2]
    image = bpy.data.images.new("contact sheet", width, height, alpha=False)
    image.pixels.foreach_set(np.dstack([pixels, np.ones((height, width))])[::-1].astype(np.float32).ravel())
    image.filepath_raw, image.file_format = os.path.abspath(path), "PNG"
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    image.save()


# Leaving no trace


def _rate(scene):
    return scene.render.fps / scene.render.fps_base


@contextmanager
def _kept_frame(scene):
    """Puts the scene's current frame back."""
    frame, subframe = scene.frame_current, scene.frame_subframe
    try:
        yield
    finally:
        scene.frame_set(frame, subframe=subframe)


@contextmanager
def _removed_after():
    """Removes every scene, object, mesh, material, ... that was made inside."""
    names = ("scenes", "objects", "meshes", "curves", "cameras", "lights", "worlds", "materials", "images")
    kinds = [getattr(bpy.data, name) for name in names]
    before = [set(kind) for kind in kinds]
    try:
        yield
    finally:
        for kind, old in zip(kinds, before):
            for item in set(kind) - old:
                kind.remove(item)
