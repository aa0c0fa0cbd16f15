"""Animals, toys, food and plain bodies: closed, of human size, stable on the table, with grips a palm can come to."""

import igl
import numpy as np
import pytest
import trimesh

from model_runtime.data.families import ACTIONS, KINDS, RESERVED_SEED, figures, food, make

SEEDS = range(RESERVED_SEED, RESERVED_SEED + 8)

# Smallest and largest extent (m) that a real one has, longest side first.
HUMAN_RANGE = {
    "airplane": (0.11, 0.28), "bunny": (0.07, 0.19), "doll": (0.10, 0.28), "duck": (0.08, 0.24),
    "elephant": (0.08, 0.24), "hand": (0.12, 0.30), "piggy_bank": (0.09, 0.22), "rubber_duck": (0.05, 0.13),
    "toy_car": (0.06, 0.18), "train": (0.09, 0.21), "apple": (0.055, 0.13), "banana": (0.13, 0.22),
    "carrot": (0.12, 0.27), "cube": (0.022, 0.10), "cylinder": (0.03, 0.21), "door_knob": (0.045, 0.12),
    "doughnut": (0.07, 0.12), "egg": (0.045, 0.08), "lemon": (0.05, 0.13), "light_bulb": (0.05, 0.17),
    "pyramid": (0.03, 0.16), "torus": (0.045, 0.16),
}  # fmt: skip
NAMES = [family.__name__ for family in figures.FAMILIES + food.FAMILIES]
USES = {
    "airplane": {"fly", "play"}, "apple": {"eat"}, "banana": {"eat", "peel"}, "carrot": {"eat", "peel"},
    "doughnut": {"eat"}, "door_knob": {"turn", "use"}, "light_bulb": {"screw"}, "rubber_duck": {"squeeze"},
    "hand": {"shake"}, "train": {"play", "push", "slide"}, "toy_car": {"play", "push", "slide"},
    "piggy_bank": {"shake"}, "lemon": {"squeeze"},
}  # fmt: skip


@pytest.fixture(scope="module")
def shapes():
    return {name: [make(name, seed) for seed in SEEDS] for name in NAMES}


def winding(shape, points):
    return igl.fast_winding_number(
        shape.vertices.astype(np.float64), shape.faces.astype(np.int64), np.atleast_2d(points).astype(np.float64)
    )


def test_every_family_of_the_two_files_is_measured_here():
    assert set(NAMES) == set(HUMAN_RANGE) and len(NAMES) == len(set(NAMES))


@pytest.mark.parametrize("name", NAMES)
def test_meshes_are_closed_centred_and_of_human_size(name, shapes):
    for shape in shapes[name]:
        assert shape.name == name and shape.vertices.dtype == np.float32 and shape.faces.dtype == np.int32
        assert 900 <= len(shape.faces) <= 8000
        mesh = trimesh.Trimesh(shape.vertices.astype(np.float64), shape.faces, process=False)
        assert mesh.is_watertight and mesh.is_winding_consistent
        assert mesh.area_faces.min() > 1e-12
        bodies = mesh.split(only_watertight=False)
        assert len(bodies) <= 16 and all(body.volume > 0 for body in bodies)  # every solid faces outwards
        np.testing.assert_allclose(shape.vertices.min(0), -shape.vertices.max(0), atol=1e-6)
        low, high = HUMAN_RANGE[name]
        assert low <= shape.extent.max() <= high and shape.extent.min() >= 0.006


@pytest.mark.parametrize("name", NAMES)
def test_the_solids_of_a_shape_hang_together(name, shapes):
    """Nothing floats: the overlapping solids, taken as a graph, are one."""
    for shape in shapes[name]:
        mesh = trimesh.Trimesh(shape.vertices.astype(np.float64), shape.faces, process=False)
        bodies = [(b.vertices, b.faces.astype(np.int64), b.bounds) for b in mesh.split(only_watertight=False)]
        linked, waiting = bodies[:1], bodies[1:]
        while waiting:
            touching = [body for body in waiting if any(overlap(body, other) for other in linked)]
            assert touching, f"{name}: {len(waiting)} of {len(bodies)} solids touch nothing"
            linked += touching
            waiting = [body for body in waiting if not any(body is other for other in touching)]


def overlap(one, other):
    if (one[2][0] > other[2][1]).any() or (other[2][0] > one[2][1]).any():
        return False
    return any((igl.fast_winding_number(b[0], b[1], a[0]) > 0.5).any() for a, b in ((one, other), (other, one)))


@pytest.mark.parametrize("name", NAMES)
def test_parts_cover_the_faces_once_and_grips_sit_on_their_part(name, shapes):
    for shape in shapes[name]:
        masks = np.stack(list(shape.parts.values()))
        assert (masks.sum(0) == 1).all() and masks.any(1).all()
        assert {"lift", "place", "inspect", "pass"} | USES.get(name, set()) <= set(shape.actions) <= set(ACTIONS)
        assert shape.mouth is None and abs(shape.front @ shape.up) < 1e-5
        for grip in shape.grips:
            assert grip.kind in KINDS and grip.part in shape.parts and grip.length > 0
            np.testing.assert_allclose(np.linalg.norm(grip.axis), 1, atol=1e-5)
            np.testing.assert_allclose(np.linalg.norm(grip.approach, axis=1), 1, atol=1e-5)
            np.testing.assert_allclose(grip.approach @ grip.axis, 0, atol=1e-5)
            held, vertices = shape.faces[shape.parts[grip.part]].astype(np.int64), shape.vertices.astype(np.float64)
            distance = np.sqrt(igl.point_mesh_squared_distance(grip.centre[None].astype(np.float64), vertices, held)[0])
            assert distance[0] <= 1.25 * grip.radius + 0.002, (grip.part, grip.kind)
            assert grip.radius <= (0.16 if grip.kind == "two" else 0.046)


@pytest.mark.parametrize("name", NAMES)
def test_palms_reach_their_grips_from_free_space(name, shapes):
    """Along every suggested way the palm first meets the object near the grip, and not from under the table."""
    travel = np.arange(-0.3, 0.05, 0.001)
    for shape in shapes[name]:
        for grip in shape.grips:
            assert grip.kind == "two" or abs(grip.axis[2]) > 0.5 or (grip.approach[:, 2] < 0.1).all()
            rays = grip.centre + travel[:, None] * grip.approach[:, None]
            inside = winding(shape, rays.reshape(-1, 3)).reshape(len(grip.approach), -1) > 0.5
            assert inside.any(1).all(), (grip.part, grip.kind)
            first = -travel[inside.argmax(1)]
            assert (first <= max(1.3 * grip.radius, 0.02) + 0.012).all(), (grip.part, grip.kind, first, grip.radius)


@pytest.mark.parametrize("name", NAMES)
def test_a_grip_is_as_thick_as_it_says(name, shapes):
    """Across the held part, where thumb and fingers close, lies about the thickness that the grip gives."""
    travel = np.arange(-0.2, 0.2, 0.0005)
    for shape in shapes[name]:
        for grip in shape.grips:
            if grip.kind not in ("pinch", "wrap", "tripod", "lateral"):
                continue
            way = np.cross(grip.axis, grip.approach[len(grip.approach) // 2])
            inside = winding(shape, grip.centre + travel[:, None] * way) > 0.5
            assert inside[len(travel) // 2], (grip.part, grip.kind)
            thick = run_length(inside) * 0.0005 / 2
            low, high = 0.4 * grip.radius - 0.002, 1.7 * grip.radius + 0.004
            assert low <= thick <= high, (grip.part, grip.kind, thick, grip.radius)


def run_length(inside):
    """How many samples around the middle one are inside, without a gap."""
    middle = len(inside) // 2
    ahead, behind = np.append(inside[middle:], False), np.append(inside[middle::-1], False)
    return int(ahead.argmin() + behind.argmin() - 1)


@pytest.mark.parametrize("name", NAMES)
def test_tips_lie_on_the_surface_facing_the_front(name, shapes):
    for shape in shapes[name]:
        if "eat" in shape.actions or "fly" in shape.actions or "screw" in shape.actions:
            assert shape.tip is not None
            outside, inside = winding(shape, shape.tip + np.array([[0.003], [-0.002]]) * shape.front)
            assert outside < 0.5 < inside
            assert shape.tip @ shape.front > 0.8 * (shape.vertices @ shape.front).max()


@pytest.mark.parametrize("name", NAMES)
def test_it_stands(name, shapes):
    """Its middle is above what it stands on: the convex hull of all that is within 2 mm of the table, 3 mm wider."""
    for shape in shapes[name]:
        corners = shape.vertices[shape.faces].astype(np.float64)
        volume = np.einsum("fi,fi->f", corners[:, 0], np.cross(corners[:, 1], corners[:, 2]))
        middle = (corners.sum(1) / 4 * volume[:, None]).sum(0) / volume.sum()
        low = shape.vertices[shape.vertices[:, 2] < shape.vertices[:, 2].min() + 0.002, :2].astype(np.float64)
        outward = np.stack([np.cos(np.arange(24) * np.pi / 12), np.sin(np.arange(24) * np.pi / 12)], 1)
        assert (middle[:2] @ outward.T <= (low @ outward.T).max(0) + 0.003).all()


def test_the_knob_turns_against_its_rose(shapes):
    """The hinge's line is the knob's own axis: a full turn leaves the knob where it was, away from the rose's rim."""
    for shape in shapes["door_knob"]:
        knob = np.unique(shape.faces[shape.moving])
        points = shape.vertices[knob] - shape.hinge.point
        along = points @ shape.hinge.axis
        assert np.linalg.norm((points - along[:, None] * shape.hinge.axis).mean(0)) < 1e-4
        assert set(shape.faces[~shape.moving].ravel()).isdisjoint(knob)
        turning = [g for g in shape.grips if "turn" in g.actions]
        assert turning and all(shape.moves(g) for g in turning)
        assert shape.steady or any("hold" in g.actions and not shape.moves(g) for g in shape.grips)


def test_all_three_sizes_of_plain_bodies_come_up():
    for name in ("cube", "cylinder", "pyramid", "torus"):
        size = np.array([make(name, seed).extent[0] for seed in range(RESERVED_SEED, RESERVED_SEED + 40)])
        assert size.max() > 2 * size.min()


@pytest.mark.parametrize("name", NAMES)
def test_same_seed_same_mesh(name, shapes):
    again = make(name, SEEDS[0])
    np.testing.assert_array_equal(again.vertices, shapes[name][0].vertices)
    np.testing.assert_array_equal(again.faces, shapes[name][0].faces)
    assert len({tuple(shape.extent.round(6)) for shape in shapes[name]}) == len(SEEDS)
