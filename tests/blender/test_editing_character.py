"""My character: wrists and fingers of rigs of all kinds of names, axes, rolls and scales, against the take's hands."""

import bpy
from mathutils import Matrix, Vector
import numpy as np
import pytest

from blender import characters, scenes, synthetic
from blender.test_editing_keys import interface  # noqa: F401
import jointhoi_blender as jointhoi
from jointhoi_blender.editing import bones, character
from jointhoi_blender.takes import keys

PLACE = Matrix.Translation((0.3, 0.12, -0.35)) @ Matrix.Rotation(0.1, 4, "Z")
TILTED = PLACE @ Matrix.Rotation(np.pi / 2, 4, "X")
ARM = np.linalg.norm([0.28, 0.02, 0.02]) + np.linalg.norm([0.26, 0.02, 0.01])


def lifted(hands="both"):
    scenes.set_rate(30)
    thing = scenes.cube()
    request = jointhoi.request_from(thing, "Lift it.")
    return jointhoi.make_take(thing, synthetic.clip_for(request, hands=hands, seconds=1.0))


def seen(take, hero, scheme, frame, tails):
    """Wrists and directions of segments in the world at a frame: of the take's hands, and of the character's."""
    bpy.context.scene.frame_set(frame)
    graph = bpy.context.evaluated_depsgraph_get()
    found = {}
    for side, hand in take.hands.items():
        called = characters.names(scheme, side)
        own = {part: hand.evaluated_get(graph).pose.bones[f"{part}.{side[0]}"] for part in called if part[-1] in "123t"}
        shown = hero.evaluated_get(graph)
        world = np.array(shown.matrix_world, float)
        theirs = {part: shown.pose.bones[called[part]] for part in called if called[part] in shown.pose.bones}
        rest = characters.joints(side)
        for part in own:
            if part == "wrist":
                got = (world @ np.append(theirs["wrist"].head, 1))[:3]
                found[side, part] = np.array(own["wrist"].head), got
                continue
            after = characters.following(part)
            one = np.array((own[after].head if after in own else own[part].tail) - own[part].head)
            if after in theirs:
                two = np.array(theirs[after].head - theirs[part].head)
            else:  # where a fingertip goes that is fixed to the last bone
                bone = theirs[part]
                unit = np.linalg.norm(world[:3, 0])
                turned = np.array(bone.matrix, float) @ np.linalg.inv(np.array(bone.bone.matrix_local, float))
                along = rest[after] - rest[part]
                if tails == "aside":  # nothing tells where the tip is: straight on
                    along = rest[part] - rest[f"{part[:-1]}2"]
                two = turned[:3, :3] @ along / unit
            found[side, part] = one, world[:3, :3] @ two
    return found


def angle(one, two):
    return np.degrees(np.arctan2(np.linalg.norm(np.cross(one, two)), one @ two))


def check(take, hero, scheme, arms=True, tails="along"):
    """Directions within a degree, wrists within a millimetre where the arm reaches. Returns how often it did."""
    reached = 0
    for frame in range(take.frame_range[0], take.frame_range[1] + 1, 4):
        found = seen(take, hero, scheme, frame, tails)
        for (side, part), (one, two) in found.items():
            if part != "wrist":
                assert angle(one, two) < 1.0, (side, part, frame)
                continue
            at = (PLACE @ Matrix.Translation(characters.joints(side)["upper_arm"])).translation
            if not arms or np.linalg.norm(one - at) < ARM * 0.999:
                reached += 1
                assert np.linalg.norm(one - two) < 1e-3, (side, frame)
            else:
                assert np.linalg.norm(two - at) == pytest.approx(ARM, abs=1e-3)
    return reached


RIGS = {
    "rigify": dict(scheme="rigify", modes=("QUATERNION", "XYZ", "ZXY")),
    "rigify, deform bones": dict(scheme="deform", seed=3),
    "mixamo": dict(scheme="mixamo", unit=0.01, seed=1, tails="end bones"),
    "unreal": dict(scheme="unreal", unit=0.01, seed=2, tails="aside", modes=("QUATERNION", "AXIS_ANGLE", "YXZ")),
}


@pytest.mark.parametrize("kind", RIGS)
def test_hands_and_arms_of_known_rigs_follow(kind):
    take = lifted()
    options = RIGS[kind]
    hero = characters.character(place=PLACE, **options)
    label, found = bones.recognise(hero.data)
    assert label == {"rigify": "Rigify", "deform": "Rigify", "mixamo": "Mixamo", "unreal": "Unreal"}[options["scheme"]]
    assert found == {side: characters.names(options["scheme"], side) for side in ("LEFT", "RIGHT")}
    told = character.transfer(take, hero)
    assert check(take, hero, options["scheme"], tails=options.get("tails")) > 4
    assert told["wrist_mm"] < 1 and told["finger_deg"] < 1
    assert not any(bone.constraints for bone in hero.pose.bones) and not hero.animation_data.drivers


def test_a_turned_armature_and_hands_without_arms():
    take = lifted()
    hero = characters.character("mixamo", TILTED @ Matrix.Rotation(-np.pi / 2, 4, "X"), arms=False, connected=False)
    hero.matrix_world = TILTED
    told = character.transfer(take, hero)
    assert check(take, hero, "mixamo", arms=False) == 2 * 8 and told["short_frames"] == 0


def test_a_finger_bone_turns_with_the_hands_up_to_a_constant():
    take = lifted("right")
    hero = characters.character("unreal", PLACE, seed=5, tails="aside")
    character.transfer(take, hero)
    offsets = {}
    for frame in range(take.frame_range[0], take.frame_range[1] + 1, 3):
        bpy.context.scene.frame_set(frame)
        for part, name in characters.names("unreal", "RIGHT").items():
            if part[-1] in "123t":
                one = np.array(take.hands["RIGHT"].pose.bones[f"{part}.R"].matrix.to_3x3())
                two = np.array((hero.matrix_world @ hero.pose.bones[name].matrix).to_3x3().normalized())
                offsets.setdefault(part, []).append(one.T @ two)
    assert len(offsets) == 16
    for found in offsets.values():
        chord = np.linalg.norm(np.array(found) - found[0], axis=(1, 2)).max()
        assert np.degrees(2 * np.arcsin(chord / np.sqrt(8))) < 0.1


def test_elbows_hang_and_bend_the_way_they_can():
    take = lifted()
    hero = characters.character("rigify", PLACE)
    character.transfer(take, hero)
    for frame in (1, 10, 20, 31):
        bpy.context.scene.frame_set(frame)
        for letter, sign in (("L", 1), ("R", -1)):
            names = (f"{part}.{letter}" for part in ("upper_arm", "forearm", "hand"))
            shoulder, elbow, wrist = (hero.matrix_world @ hero.pose.bones[name].head for name in names)
            middle = shoulder.lerp(wrist, 0.5)
            assert elbow.z < middle.z + 1e-4 and (elbow.x - middle.x) * sign > -0.05
            assert (elbow - shoulder).length == pytest.approx(np.linalg.norm([0.28, 0.02, 0.02]), abs=1e-4)
    steps = []
    for frame in range(1, 32):
        bpy.context.scene.frame_set(frame)
        steps.append([hero.pose.bones[f"forearm.{letter}"].head for letter in "LR"])
    assert np.linalg.norm(np.diff(np.array(steps), axis=0), axis=-1).max() < 0.08


def test_an_arm_that_is_too_short_is_told():
    take = lifted()
    hero = characters.character("rigify", Matrix.Translation((0, 3, 0)) @ PLACE)
    told = character.transfer(take, hero)
    assert told["short_frames"] == 2 * 31 and 2000 < told["short_mm"] < 4000 and told["finger_deg"] < 1


def test_a_walking_character_reaches_all_the_same():
    take = lifted("left")
    hero = characters.character("rigify", PLACE)
    scenes.key(hero, "location", {1: hero.location.copy(), 31: hero.location + Vector((0, 0.05, 0))})
    spine = hero.pose.bones["spine"]
    spine.rotation_mode = "XYZ"
    for frame, lean in ((1, 0.0), (31, 0.2)):
        spine.rotation_euler = (lean, 0, 0)
        spine.keyframe_insert("rotation_euler", frame=frame)
    mine = hero.animation_data.action
    told = character.transfer(take, hero)
    assert told["wrist_mm"] < 1 and told["finger_deg"] < 1 and told["short_frames"] < 31
    assert hero.animation_data.action != mine and mine.use_fake_user
    bpy.context.scene.frame_set(31)
    assert spine.rotation_euler[0] == pytest.approx(0.2)


def test_other_names_are_mapped_by_hand_saved_and_read(tmp_path):
    take = lifted()
    hero = characters.character("other", PLACE)
    with pytest.raises(jointhoi.UserError, match="no names that are known"):
        character.transfer(take, hero)
    own = {side: characters.names("other", side) for side in ("LEFT", "RIGHT")}
    path = str(tmp_path / "hero.json")
    bones.save(own, path)
    assert bones.load(path) == own
    told = character.transfer(take, hero, bones.load(path))
    assert check(take, hero, "other") > 4
    for text in ("", "[]", '{"jointhoi_bones": 3}', '{"bones": {}}'):
        (tmp_path / "bad.json").write_text(text)
        with pytest.raises(jointhoi.UserError, match="no list of bones"):
            bones.load(str(tmp_path / "bad.json"))


def test_a_hand_of_three_fingers_and_two_phalanges_does():
    take = lifted()
    hero = characters.character("other", PLACE)
    own = {side: characters.names("other", side) for side in ("LEFT", "RIGHT")}
    for names in own.values():
        for part in [*names]:
            if part.startswith(("ring", "middle")) or part == "pinky3":
                del names[part]
    told = character.transfer(take, hero, own)
    assert told["wrist_mm"] < 1 and told["finger_deg"] < 1


def test_what_cannot_be_mapped_is_refused_and_nothing_changes(monkeypatch):
    take = lifted()
    hero = characters.character("rigify", PLACE)
    own = bones.recognise(hero.data)[1]
    wrong = {"LEFT": own["LEFT"] | {"index2": "nose"}}
    no_wrist = {"LEFT": {part: name for part, name in own["LEFT"].items() if part != "wrist"}}
    no_palm = {"LEFT": {part: name for part, name in own["LEFT"].items() if part[-1] not in "123" or "index" in part}}
    half = {"LEFT": {part: name for part, name in own["LEFT"].items() if part != "forearm"}}
    for given, words in ((wrong, "no bone “nose”"), (no_wrist, "is the left wrist"), (no_palm, "two fingers"),
                         (half, "both upper arm and forearm"), ({}, "has no bones for that")):  # fmt: skip
        with pytest.raises(jointhoi.UserError, match=words):
            character.transfer(take, hero, given)
    for other in (None, take.object, take.hands["LEFT"]):
        with pytest.raises(jointhoi.UserError, match="Choose your character"):
            character.transfer(take, other)
    scenes.key(hero.pose.bones["spine"], "location", {1: (0, 0, 0), 9: (0, 0, 0.1)})
    before = scenes.inventory()
    monkeypatch.setattr(character, "_measure", None)
    with pytest.raises(TypeError):
        character.transfer(take, hero)
    assert scenes.inventory() == before


def test_two_takes_go_into_one_action_and_keys_outside_stay():
    take = lifted()
    hero = characters.character("rigify", PLACE)
    bone = hero.pose.bones["f_index.01.L"]
    scenes.key(bone, "rotation_quaternion", {-10: (1, 0, 0, 0), 200: (0.6, 0.8, 0, 0)})
    character.transfer(take, hero)
    actions = len(bpy.data.actions)
    bpy.context.scene.frame_set(200)
    assert np.allclose(bone.rotation_quaternion, (0.6, 0.8, 0, 0), atol=1e-6)
    bpy.context.scene.frame_set(take.frame_range[1] + 4)
    request = jointhoi.request_from(take.object, "Lift it.")
    more = jointhoi.make_take(take.object, synthetic.clip_for(request, seed=2, seconds=1.0))
    character.transfer(more, hero)
    assert len(bpy.data.actions) == actions + 3  # the second take's: two hands and the object
    curve = keys.channels(hero.animation_data).fcurves.find(f'pose.bones["{bone.name}"].rotation_quaternion', index=0)
    assert len(curve.keyframe_points) == 2 + 2 * 31
    assert check(take, hero, "rigify") > 0 and check(more, hero, "rigify") >= 0


@pytest.fixture
def rigify():
    """Blender's own Rigify, and a human of it, generated."""
    bpy.ops.preferences.addon_enable(module="rigify")
    bpy.ops.object.armature_human_metarig_add()
    from rigify.generate import generate_rig

    generate_rig(bpy.context, bpy.context.object)
    yield bpy.context.object
    bpy.ops.preferences.addon_disable(module="rigify")


def test_a_rig_that_rigify_generated_follows_by_its_fk_controls(rigify):
    thing = scenes.cube(location=(0.0, -0.35, 1.25))
    scenes.set_rate(30)
    take = jointhoi.make_take(thing, synthetic.clip_for(jointhoi.request_from(thing, "Lift it."), seconds=1.0))
    label, found = bones.recognise(rigify.data)
    assert label == "Rigify" and found["LEFT"]["wrist"] == "hand_fk.L" and found["LEFT"]["index2"] == "f_index.02.L"
    told = character.transfer(take, rigify)
    assert told["finger_deg"] < 1 and told["wrist_mm"] < 1 and told["short_frames"] < 62
    for frame, switch in ((0, 0), (1, 1), (31, 1), (32, 0)):
        bpy.context.scene.frame_set(frame)
        assert rigify.pose.bones["upper_arm_parent.L"]["IK_FK"] == switch
    for frame in (1, 15, 31):
        bpy.context.scene.frame_set(frame)
        for side, hand in take.hands.items():
            for part in ("index3", "ring2", "thumb3"):
                bone = rigify.pose.bones[f"DEF-{found[side][part]}"]
                one = hand.pose.bones[f"{part}.{side[0]}"]
                assert angle(np.array(one.tail - one.head), np.array(bone.tail - bone.head)) < 2


def test_the_buttons_recognise_save_load_and_transfer(interface, tmp_path):  # noqa: F811
    from jointhoi_blender.ui.character import told_bones

    take, hero = lifted(), characters.character("mixamo", PLACE)
    with pytest.raises(RuntimeError, match="poll"):
        bpy.ops.jointhoi.character()
    bpy.context.scene.jointhoi_character = hero
    path = str(tmp_path / "bones.json")
    assert bpy.ops.jointhoi.character_save(filepath=path) == {"FINISHED"} and told_bones(hero) is None
    assert bpy.ops.jointhoi.character_load(filepath=path) == {"FINISHED"}
    assert told_bones(hero) == bones.recognise(hero.data)[1]
    hero.jointhoi_bones.LEFT_wrist = "nose"
    with pytest.raises(RuntimeError, match="no bone “nose”"):
        bpy.ops.jointhoi.character()
    assert bpy.ops.jointhoi.character_recognise() == {"FINISHED"}
    assert bpy.ops.jointhoi.character() == {"FINISHED"}
    assert character.told(take)["name"] == "Hero" and check(take, hero, "mixamo") > 4
