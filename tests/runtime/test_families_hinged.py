"""Articulated families: closed solids of human size whose one joint turns the right way and through its whole range."""

import igl
import numpy as np
import pytest
from scipy.spatial.transform import Rotation
import trimesh

from model_runtime.data.families import ACTIONS, HOLD, KINDS, RESERVED_SEED, appliances, caps, levers, lids, make

FAMILIES = tuple(family.__name__ for module in (lids, levers, caps, appliances) for family in module.FAMILIES)
SEEDS = range(RESERVED_SEED, RESERVED_SEED + 5)

# Smallest and largest extent (m) that a real one has, longest side first.
HUMAN_RANGE = {
    "chest": (0.10, 0.32),
    "laptop": (0.24, 0.33),
    "tin": (0.055, 0.13),
    "notebook": (0.13, 0.31),
    "flip_phone": (0.09, 0.125),
    "compact": (0.055, 0.09),
    "glasses_case": (0.14, 0.18),
    "scissors": (0.13, 0.25),
    "pliers": (0.13, 0.20),
    "stapler": (0.10, 0.165),
    "ketchup": (0.13, 0.22),
    "screw_jar": (0.06, 0.16),
    "flask": (0.16, 0.31),
    "microwave": (0.37, 0.49),
    "oven": (0.35, 0.47),
    "cupboard": (0.27, 0.50),
    "espresso_machine": (0.28, 0.42),
    "capsule_machine": (0.22, 0.33),
    "mixer": (0.25, 0.34),
    "waffle_iron": (0.25, 0.35),
    "door_lever": (0.23, 0.35),
    "switch": (0.085, 0.15),
}
# Where what people open goes: the direction in which the moving part's free end sets off.
LIDS = ("chest", "laptop", "tin", "flip_phone", "compact", "glasses_case", "capsule_machine", "waffle_iron")
OPENS = {
    **{name: (0, 0, 1) for name in (*LIDS, "notebook", "stapler", "ketchup", "mixer")},
    **{name: (0, -1, 0) for name in ("microwave", "oven", "cupboard")},
    "scissors": (0, -1, 0),
    "pliers": (0, -1, 0),
    "espresso_machine": (-1, 0, 0),
    "door_lever": (0, 0, -1),
}
SCREWED = ("screw_jar", "flask")  # turn in place, counter-clockwise from above


@pytest.fixture(scope="module")
def shapes():
    return {name: [make(name, seed) for seed in SEEDS] for name in FAMILIES}


def at_angle(shape, angle):
    """(V, 3) float64: the vertices with the hinge at `angle`, by scipy."""
    points, hinge = shape.vertices.astype(np.float64), shape.hinge
    rows = np.unique(shape.faces[shape.moving])
    points[rows] = Rotation.from_rotvec(angle * hinge.axis).apply(points[rows] - hinge.point) + hinge.point
    return points


def overlap(points, faces, moving, count=400):
    """Deepest place of either side's surface inside the other side, metres."""
    deepest, faces = 0.0, faces.astype(np.int64)
    for mine, other in ((faces[moving], faces[~moving]), (faces[~moving], faces[moving])):
        spread = trimesh.sample.sample_surface(trimesh.Trimesh(points, mine, process=False), count, seed=0)[0]
        places = np.concatenate([points[np.unique(mine)], spread])
        inside = places[igl.fast_winding_number(points, other, places) > 0.5]
        if len(inside):
            deepest = max(deepest, float(np.sqrt(igl.point_mesh_squared_distance(inside, points, other)[0].max())))
    return deepest


@pytest.mark.parametrize("name", FAMILIES)
def test_meshes_are_closed_centred_and_of_human_size(name, shapes):
    for shape in shapes[name]:
        assert 900 <= len(shape.faces) <= 8000 and np.isfinite(shape.vertices).all()
        mesh = trimesh.Trimesh(shape.vertices.astype(np.float64), shape.faces, process=False)
        assert mesh.is_watertight and mesh.is_winding_consistent and mesh.area_faces.min() > 1e-12
        solids = mesh.split(only_watertight=False)
        assert len(solids) <= 12 and all(solid.volume > 0 for solid in solids)  # every solid faces outwards
        np.testing.assert_allclose(shape.vertices.min(0), -shape.vertices.max(0), atol=1e-6)
        low, high = HUMAN_RANGE[name]
        assert low <= shape.extent.max() <= high and 0.006 <= shape.extent.min() <= 0.30


@pytest.mark.parametrize("name", FAMILIES)
def test_the_hinge_splits_the_solids_in_two(name, shapes):
    for shape in shapes[name]:
        hinge, moving = shape.hinge, shape.moving
        assert set(hinge.parts) <= set(shape.part_names) and 30 < moving.sum() < len(moving) - 30
        assert not set(shape.faces[moving].ravel()) & set(shape.faces[~moving].ravel())
        np.testing.assert_allclose(np.linalg.norm(hinge.axis), 1, atol=1e-6)
        assert hinge.low <= 0 < hinge.high and hinge.high - hinge.low > 0.15
        assert name in SCREWED or hinge.high < 2.6  # more is a cap that is turned with several grasps


@pytest.mark.parametrize("name", OPENS)
def test_opening_moves_the_free_end_the_right_way(name, shapes):
    for shape in shapes[name]:
        hinge, rows = shape.hinge, np.unique(shape.faces[shape.moving])
        before = shape.vertices[rows].astype(np.float64)
        arm = before - hinge.point
        free = np.linalg.norm(arm - np.outer(arm @ hinge.axis, hinge.axis), axis=1)
        end = (
            before[:, 0] < hinge.point[0] if name in ("scissors", "pliers") else np.ones(len(rows), bool)
        )  # the handle
        far = end & (free > 0.85 * free[end].max())
        way = at_angle(shape, 0.1)[rows][far] - before[far]
        assert (way @ OPENS[name] > 0.5 * np.linalg.norm(way, axis=1)).all()


@pytest.mark.parametrize("name", SCREWED)
def test_screw_caps_turn_in_place(name, shapes):
    for shape in shapes[name]:
        np.testing.assert_allclose(shape.hinge.axis, [0, 0, 1], atol=1e-6)
        rows = np.unique(shape.faces[shape.moving])
        np.testing.assert_allclose(shape.vertices[rows, :2].mean(0), shape.hinge.point[:2], atol=5e-4)
        assert np.pi / 2 < shape.hinge.high and not shape.steady


@pytest.mark.parametrize("name", FAMILIES)
def test_nothing_passes_through_over_the_whole_range(name, shapes):
    for shape in shapes[name][:3]:
        for angle in np.linspace(shape.hinge.low, shape.hinge.high, 7):
            assert overlap(at_angle(shape, angle), shape.faces, shape.moving) < 1e-3, (name, np.degrees(angle))


@pytest.mark.parametrize("name", FAMILIES)
def test_grips_sit_on_their_part_and_palms_reach_them(name, shapes):
    travel = np.arange(-0.3, 0.05, 0.001)
    for shape in shapes[name]:
        assert {"lift", "place", "inspect", "pass"} <= set(shape.actions) or shape.fixed
        assert any(shape.moves(g) for g in shape.grips) and any(
            not shape.moves(g) and HOLD in g.actions for g in shape.grips
        )
        vertices, faces = shape.vertices.astype(np.float64), shape.faces.astype(np.int64)
        for grip in shape.grips:
            assert grip.kind in KINDS and grip.part in shape.parts and set(grip.actions) <= {*ACTIONS, HOLD}
            np.testing.assert_allclose(np.linalg.norm(grip.approach, axis=1), 1, atol=1e-5)
            np.testing.assert_allclose(grip.approach @ grip.axis, 0, atol=1e-5)
            assert grip.radius <= (0.16 if grip.kind == "two" else 0.046)
            centre = grip.centre[None].astype(np.float64)
            off = np.sqrt(igl.point_mesh_squared_distance(centre, vertices, faces[shape.parts[grip.part]])[0][0])
            assert off <= 1.25 * grip.radius + 0.002, (grip.part, grip.kind)
            assert grip.kind == "two" or abs(grip.axis[2]) > 0.5 or (grip.approach[:, 2] < 0.1).all()
            rays = grip.centre + travel[:, None] * grip.approach[:, None]
            inside = igl.fast_winding_number(vertices, faces, rays.reshape(-1, 3)).reshape(len(grip.approach), -1) > 0.5
            assert inside.any(1).all(), (grip.part, grip.kind)
            first = -travel[inside.argmax(1)]
            assert (first <= max(1.3 * grip.radius, 0.02) + 0.012).all(), (grip.part, grip.kind, first, grip.radius)


@pytest.mark.parametrize("name", FAMILIES)
def test_the_same_seed_gives_the_same_thing_and_another_seed_another(name, shapes):
    again = make(name, SEEDS[0])
    np.testing.assert_array_equal(again.vertices, shapes[name][0].vertices)
    assert again.hinge.high == shapes[name][0].hinge.high
    assert len({tuple(shape.extent.round(6)) for shape in shapes[name]}) == len(SEEDS)
