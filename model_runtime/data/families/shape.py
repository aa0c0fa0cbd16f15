"""What a procedural object is: its mesh, its parts and its hinge, the ways people hold it, and where it works."""

from dataclasses import dataclass, field

import numpy as np

# What people do with things: GRAB's and ARCTIC's intents ("hand over" is GRAB's offhand, "switch on" its on), and
# contact without a grasp at the end.
ACTIONS = (
    "lift",
    "place",
    "pass",
    "hand over",
    "inspect",
    "shake",
    "drink",
    "eat",
    "pour",
    "toast",
    "brush",
    "call",
    "cut",
    "chop",
    "peel",
    "fly",
    "squeeze",
    "stamp",
    "staple",
    "screw",
    "play",
    "set",
    "see",
    "take picture",
    "wear",
    "browse",
    "cook",
    "clean",
    "use",
    "switch on",
    "switch off",
    "open",
    "close",
    "turn",
    "grab",
    "press",
    "tap",
    "push",
    "slide",
)
HOLD = "hold"  # in a grip's actions: it steadies the object while the other hand acts
KINDS = (
    "handle", "wrap", "pinch", "tripod", "side", "rim", "two", "lateral", "hook", "platform", "loops", "press", "palm"
)  # fmt: skip
HANDLING = ("lift", "place", "inspect", "pass", "hand over")
TWO_HANDED = ("lift", "place", "inspect", "pass")


@dataclass
class Hinge:
    """The one joint of an articulated object, in the object's frame: `parts` turn about a line.

    point (3,), axis (3,) unit     the line; positive angles turn by the right-hand rule and open
    low, high                      range, radians; 0 is how the mesh stands
    parts                          names of the parts that move; the rest is the base
    """

    point: np.ndarray
    axis: np.ndarray
    low: float
    high: float
    parts: tuple


@dataclass
class Grip:
    """One way people hold an object, in the object's frame.

    part           name of the part that is held
    kind           "handle"  fingers through a loop          "wrap"    power grasp around `axis`
                   "pinch"   thumb against the fingers       "tripod"  thumb, index and middle finger
                   "side"    thumb above, fingers under or along the side of a flat thing
                   "rim"     thumb on one side of a wall's edge, fingers on the other
                   "two"     a hand on each of two opposite sides
                   "lateral" key pinch: the thumb's pad against the side of the index finger
                   "hook"    fingers bent around a bar or an edge, the thumb idle
                   "loops"   thumb and fingers through the two rings of scissors
                   "platform"  rests on the open palm or fingers: only once it is in the air
                   "press"   the index fingertip pushes on `centre`: no grasp
                   "palm"    the flat hand or fingers lie on `centre` and push: no grasp
    centre (3,)    middle of the held part (press, palm: the point of the surface that is met)
    axis (3,)      unit; the held part's long axis. Thumb and fingers close along cross(axis, approach). For press and
                   palm: the hand's thumb side lies along it, either way.
    approach (A, 3)  unit; the ways the palm may travel, from outside to the part, each perpendicular to `axis`.
                   For "two": one hand comes along approach[i], the other along -approach[i].
    actions        what this grip serves as the acting hand's; HOLD among them: it may steady while the other hand acts
    radius         half the part's thickness where it is held (for "two": half the distance between the hands)
    length         how much of the part, along `axis`, a hand may use
    hole (3,)      for "handle": the middle of the hole that the fingers go through, else None
    """

    part: str
    kind: str
    centre: np.ndarray
    axis: np.ndarray
    approach: np.ndarray
    actions: tuple
    radius: float
    length: float
    hole: np.ndarray | None = None


@dataclass
class Mouth:
    """The opening that is drunk or poured from, in the object's frame.

    point (3,)   middle of the opening         axis (3,)    unit, outwards
    radius       of the opening                lips (K, 3)  unit, perpendicular to `axis`: sides that may be the lowest
    Liquid leaves at point + radius * lip when the object turns about cross(axis, lip), positively.
    """

    point: np.ndarray
    axis: np.ndarray
    radius: float
    lips: np.ndarray

    @property
    def tilt_axes(self):
        """(K, 3) unit: turning about tilt_axes[k] by a positive angle lowers lips[k]."""
        return np.cross(self.axis, self.lips)


@dataclass
class Shape:
    """A procedural object as it stands or lies on a table: +Z up, bounding box centred at the origin, metres.

    vertices (V, 3) float32, faces (F, 3) int32   closed solids, counter-clockwise from outside. They may overlap
                         one another; a point is inside where the winding number is above 0.5.
    name                 the family; `nouns` are words for it, the commonest first
    face_part (F,)       int32 index into part_names: every face belongs to exactly one part
    front (3,)           the use direction: +X, where liquid leaves, the working end of a tool, a lens; a hammer's is +Y
    up (3,)              which way is up in use, perpendicular to front; tip (3,) the point that works or None:
                         bristles,
                         an earpiece, an eyepiece, the bridge of glasses, a blade's middle, a stamp's face, a nozzle
    grips, mouth         see Grip, Mouth; mouth is None where nothing is drunk or poured
    hinge                see Hinge; None where nothing turns
    fixed                stays where it is by its weight or its mounting (an espresso machine, a door): never lifted;
                         its front then faces the actor
    steady               stays put when one hand works its hinge; a jar's lid needs another hand on the jar
    """

    name: str
    nouns: tuple
    vertices: np.ndarray
    faces: np.ndarray
    part_names: tuple
    face_part: np.ndarray
    grips: list
    mouth: Mouth | None
    front: np.ndarray
    up: np.ndarray = field(default_factory=lambda: np.array([0, 0, 1], np.float32))
    tip: np.ndarray | None = None
    hinge: Hinge | None = None
    fixed: bool = False
    steady: bool = True

    @property
    def moving(self):
        """(F,) bool: the faces that turn about the hinge."""
        names = self.hinge.parts if self.hinge else ()
        return np.isin(self.face_part, [i for i, name in enumerate(self.part_names) if name in names])

    def moves(self, grip):
        """Whether a grip is on the part that turns about the hinge."""
        return self.hinge is not None and grip.part in self.hinge.parts

    @property
    def parts(self):
        """{part name: (F,) bool}"""
        return {name: self.face_part == i for i, name in enumerate(self.part_names)}

    @property
    def actions(self):
        """What can be done with it: every action that a grip serves, in the order of ACTIONS."""
        return tuple(a for a in ACTIONS if any(a in grip.actions for grip in self.grips))

    @property
    def extent(self):
        """(3,) size of the bounding box, metres."""
        return np.ptp(self.vertices, axis=0)

    def grips_for(self, action, two_hands=False):
        """The grips that serve `action` with one hand, or with two."""
        return [g for g in self.grips if action in g.actions and (g.kind == "two") == two_hands]


def unit(vector):
    """(..., 3) -> the same direction, length 1."""
    vector = np.asarray(vector, np.float64)
    return vector / np.linalg.norm(vector, axis=-1, keepdims=True)


def level(count=12, away_from=None, gap_deg=60.0):
    """(A, 3) horizontal inward directions all around; none that comes from within `gap_deg` of `away_from`."""
    angle = np.arange(count) * 2 * np.pi / count
    outward = np.stack([np.cos(angle), np.sin(angle), np.zeros(count)], 1)
    if away_from is not None:
        outward = outward[outward @ unit(away_from) < np.cos(np.radians(gap_deg)) - 1e-9]
    return -outward


def fan(direction, axis, spread_deg, count=5):
    """(count, 3) directions: `direction` turned about `axis` by -spread..spread degrees; all perpendicular to axis."""
    axis = unit(axis)
    direction = np.asarray(direction, np.float64)
    direction = unit(direction - axis * (direction @ axis))
    angle = np.radians(np.linspace(-spread_deg, spread_deg, count))[:, None]
    return np.cos(angle) * direction + np.sin(angle) * np.cross(axis, direction)


def above(axis, spread_deg=50.0, count=5):
    """(count, 3) directions from above to something lying along the horizontal `axis`."""
    return fan((0, 0, -1), axis, spread_deg, count)


def first_met(vertices, faces, start, way):
    """How far from `start` (3,) along the unit `way` (3,) a ray first meets triangles, metres; which: (inf, -1):
    none.
    """
    a, b, c = (vertices[faces[:, corner]].astype(np.float64) for corner in range(3))
    ab, ac, back = b - a, c - a, start - a
    across = np.cross(way, ac)
    scale = (ab * across).sum(1)
    flat = np.abs(scale) < 1e-14
    scale = np.where(flat, 1.0, scale)
    u, turned = (back * across).sum(1) / scale, np.cross(back, ab)
    v, far = (turned @ way) / scale, (ac * turned).sum(1) / scale
    far = np.where(~flat & (np.minimum(u, v) > -1e-6) & (u + v < 1 + 1e-6) & (far > 0), far, np.inf)  # edges count
    return far.min(), int(far.argmin()) if np.isfinite(far.min()) else -1


def meet(grip, vertices, faces, part, outside=0.3):
    """Puts a flat hand's middle onto the surface that it pushes on; leaves out ways that meet another place first.

    part (F,) bool: the faces of the grip's part. Nothing changes where its middle way does not lead to that part.
    """
    way = grip.approach[len(grip.approach) // 2].astype(np.float64)
    start = grip.centre - outside * way
    far, face = first_met(vertices, faces, start, way)
    if face < 0 or not part[face]:
        return
    grip.centre = (start + far * way).astype(np.float32)
    free = [first_met(vertices, faces, grip.centre - outside * one, one)[0] > outside - 0.002
            for one in grip.approach.astype(np.float64)]  # fmt: skip
    grip.approach = grip.approach[free]


def assemble(name, nouns, solids, grips, mouth=None, hinge=None, tip=None, front=(1, 0, 0), up=(0, 0, 1), fixed=False,
             steady=True):  # fmt: skip
    """Joins `solids`, [(part name or one per face, (vertices, faces))], and centres the whole at the origin.

    Grips, mouth, hinge and tip are given in the solids' frame and move along. No vertex may be shared by faces that
    turn about the hinge and faces that do not: give each solid whole to one side.
    """
    vertices, faces, labels, start = [], [], [], 0
    for part, (points, triangles) in solids:
        vertices.append(points)
        faces.append(triangles + start)
        labels.append(np.broadcast_to(np.asarray(part), len(triangles)))
        start += len(points)
    vertices, faces, labels = np.concatenate(vertices), np.concatenate(faces), np.concatenate(labels)
    middle = (vertices.min(0) + vertices.max(0)) / 2
    part_names = tuple(dict.fromkeys(labels.tolist()))
    for grip in grips:
        grip.centre = np.asarray(grip.centre - middle, np.float32)
        grip.axis = unit(grip.axis).astype(np.float32)
        grip.approach = unit(np.atleast_2d(grip.approach)).astype(np.float32)
        grip.hole = None if grip.hole is None else np.asarray(grip.hole - middle, np.float32)
        if grip.kind == "palm":
            turning = np.isin(labels, hinge.parts if hinge else ())
            piece = turning == (hinge is not None and grip.part in hinge.parts)  # the other may be out of the way
            meet(grip, vertices - middle, faces[piece], labels[piece] == grip.part)
    if mouth is not None:
        mouth.point = np.asarray(mouth.point - middle, np.float32)
        mouth.axis = unit(mouth.axis).astype(np.float32)
        mouth.lips = unit(np.atleast_2d(mouth.lips)).astype(np.float32)
    if hinge is not None:
        hinge.point = np.asarray(hinge.point - middle, np.float32)
        hinge.axis = unit(hinge.axis).astype(np.float32)
    return Shape(
        name=name,
        nouns=tuple(nouns),
        vertices=(vertices - middle).astype(np.float32),
        faces=faces.astype(np.int32),
        part_names=part_names,
        face_part=np.array([part_names.index(label) for label in labels.tolist()], np.int32),
        grips=list(grips),
        mouth=mouth,
        front=unit(front).astype(np.float32),
        up=unit(up).astype(np.float32),
        tip=None if tip is None else np.asarray(tip - middle, np.float32),
        hinge=hinge,
        fixed=fixed,
        steady=steady,
    )
