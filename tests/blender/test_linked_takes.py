"""Takes that come from another file, linked or overridden: every button works on them, or says why it does not."""

import bpy
import pytest

from blender import characters
from blender.test_editing_character import PLACE
from blender.test_ui import add_on, a_box, generate  # noqa: F401
import jointhoi_blender as jointhoi

REFUSED = {
    "take_show": {}, "take_delete": {}, "take_strip": {}, "take_solo": {}, "take_again": {}, "take_mark": {},
    "sparse_keys": {}, "dense_keys": {}, "controls_add": {}, "controls_bake": {}, "take_retime": {"start": 5},
    "take_place": {"offset": (1, 0, 0)}, "character": {},
}  # fmt: skip


@pytest.fixture(params=["linked", "overridden"])
def take(request, add_on, tmp_path):  # noqa: F811
    a_box()
    bpy.context.scene.jointhoi.prompt, bpy.context.scene.jointhoi.seconds = "Lift the box.", 1.0
    generate()
    path = str(tmp_path / "shot.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    with bpy.data.libraries.load(path, link=True) as (source, target):
        target.collections = [name for name in source.collections if name.endswith("take")]
    (collection,) = target.collections
    scene = bpy.context.scene
    scene.collection.children.link(collection)
    thing = collection["jointhoi"]["object"]
    scene.collection.objects.link(thing)
    if request.param == "overridden":
        collection.override_hierarchy_create(scene, bpy.context.view_layer, do_fully_editable=True)
    bpy.context.view_layer.update()
    for each in scene.collection.children_recursive:
        if each.library and request.param == "overridden" and each.name in scene.collection.children:
            scene.collection.children.unlink(each)
    (take,) = jointhoi.find_takes()
    assert bool(take.collection.library) == (request.param == "linked")
    scene.jointhoi_character = characters.character("mixamo", PLACE)
    return take


@pytest.mark.parametrize("name", REFUSED)
def test_what_cant_be_changed_here_says_why(take, name):
    before = [len(block) for block in (bpy.data.objects, bpy.data.actions, bpy.data.armatures, bpy.data.meshes)]
    with pytest.raises(RuntimeError, match="is linked from another file|poll"):
        getattr(bpy.ops.jointhoi, name)(**REFUSED[name])
    assert before == [len(block) for block in (bpy.data.objects, bpy.data.actions, bpy.data.armatures, bpy.data.meshes)]


def test_what_only_looks_works(take, tmp_path):
    bpy.ops.jointhoi.ghosts()
    assert bpy.ops.jointhoi.measure.poll() == (not take.collection.library)  # its graph is kept with the take
    bpy.ops.jointhoi.take_use()
    assert bpy.context.scene.jointhoi.prompt == "Lift the box."
    if not take.collection.library:
        bpy.ops.jointhoi.export_fbx(filepath=str(tmp_path / "take.fbx"))
