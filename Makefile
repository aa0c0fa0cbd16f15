# make demo        one prompt and one mug, all the way to out/demo/ (a .blend, an .fbx, a picture, a report)
# make test        the tests, on the runtime's environment and on PyPI's bpy
# make extension   dist/jointhoi-VERSION.zip, for Blender's Preferences > Get Extensions > Install from Disk
# make matrix      the Blender tests on every Blender that is supported
# make gui-test    installs the extension in a real Blender window and works in it (root, Debian, about 3 GB)
# make manual      the same, and the pictures of the manual in docs/manual/images made anew
# make bench-takes how long writing and playing a take takes; BENCH=FILE.json keeps the figures
# make bench-directing   how well sentences in a row and painted contact hold together; CHECKPOINT=FILE
# make data, train                the model: its data, its training (pass options with ARGS="...")
# make peers       trains the peers and ablations for STEPS steps each on out/data, then evaluates all; goes on where it stopped
# make evaluate    every measure beside ground truth: out/evaluation/; CLIPS=200 SPLIT=all SEED=0,1,2 CHECKPOINT=FILE
# make data-report what the generator makes and rejects: out/data-report/report.json and pictures of 60 clips
# make gallery     what the model makes of 24 prompts, in pictures: out/gallery/
# make clean       removes what was made, the environments too
#
# Environments live in .venv/ and are made once; .venv/runtime has torch, .venv/blender has bpy.

PYTHON311 ?= python3.11
PYTHON313 ?= python3.13
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' blender_manifest.toml)
ZIP := dist/jointhoi-$(VERSION).zip
RUNTIME := .venv/runtime/bin/python
BLENDER := .venv/blender/bin/python
PIP := -m pip install --quiet --disable-pip-version-check
TEST_TOOLS := pytest==9.2.0 pillow==13.0.0 matplotlib==3.11.2
STEPS ?= 60000
PEERS := jointhoi_equal mdm text2hoi diffh2o latenthoi paper no_contact
GUI_ROOT ?= /var/tmp/jointhoi-gui
MATRIX := .venv/blender-4.2.23 .venv/blender-4.5.15 .venv/blender .venv/blender-5.2.3

export PYTHONDONTWRITEBYTECODE := 1
unexport PYTHONPATH

.PHONY: demo test test-runtime test-blender extension matrix gui-test manual bench-takes bench-directing data data-report train peers \
  evaluate gallery clean

demo: .venv/runtime/.ready .venv/blender/.ready
	$(BLENDER) -m jointhoi_blender.demo $(ARGS)

test: test-runtime test-blender

test-runtime: .venv/runtime/.ready
	$(RUNTIME) -m pytest tests/runtime $(ARGS)

test-blender: .venv/runtime/.ready .venv/blender/.ready
	$(BLENDER) -m pytest tests/blender $(ARGS)

extension: $(ZIP)

$(ZIP): .venv/blender/.ready FORCE
	mkdir -p dist
	$(BLENDER) tools/build_extension.py $@

gui-test: $(ZIP) .venv/runtime/.ready
	JOINTHOI_GUI_ROOT=$(GUI_ROOT) JOINTHOI_ZIP=$(CURDIR)/$(ZIP) JOINTHOI_RUNTIME=$(CURDIR)/.venv/runtime \
	  $(RUNTIME) -m pytest tests/gui $(ARGS)

manual:
	JOINTHOI_MANUAL=1 $(MAKE) gui-test

bench-takes: .venv/blender/.ready
	$(BLENDER) tests/bench/takes.py $(BENCH)

bench-directing: .venv/runtime/.ready
	$(RUNTIME) tests/bench/directing.py $(CHECKPOINT)

matrix: .venv/runtime/.ready $(MATRIX:%=%/.ready)
	@failed=; for environment in $(MATRIX); do \
	  echo "== $$environment"; $$environment/bin/python -m pytest -q tests/blender $(ARGS) || failed="$$failed $$environment"; \
	done; [ -z "$$failed" ] || { echo "failed:$$failed"; exit 1; }

data: .venv/runtime/.ready
	$(RUNTIME) -m model_runtime data --out out/data $(ARGS)

data-report: .venv/runtime/.ready
	$(RUNTIME) -m model_runtime data-report $(ARGS)

train: .venv/runtime/.ready
	$(RUNTIME) -m model_runtime train --data out/data --out out/train $(ARGS)

EVALUATE = $(RUNTIME) -m model_runtime evaluate $(if $(CLIPS),--clips $(CLIPS)) $(if $(SPLIT),--split $(SPLIT)) \
  $(if $(SEED),--seed $(SEED)) $(if $(CHECKPOINT),--checkpoint $(CHECKPOINT))

evaluate: .venv/runtime/.ready
	$(EVALUATE) $(ARGS)

# jointhoi_equal is JointHOI trained for as many steps as the others; jointhoi is the bundled checkpoint, or CHECKPOINT.
peers: .venv/runtime/.ready
	for name in $(PEERS); do \
	  $(RUNTIME) -m model_runtime train --method $${name%_equal} --steps $(STEPS) --data out/data --out out/peers/$$name $(ARGS) && \
	  cp out/peers/$$name/model.safetensors out/peers/$$name.safetensors || exit 1; \
	done
	$(EVALUATE) --methods jointhoi no_guidance unsigned $(PEERS)

gallery: .venv/runtime/.ready
	$(RUNTIME) -m model_runtime gallery $(ARGS)

clean:
	rm -rf .venv out build dist

FORCE:

# The environments. bpy 5.2 needs Python 3.13, those before it Python 3.11.
.venv/runtime/.ready: model_runtime/install.py model_runtime/requirements.txt
	$(call need,$(PYTHON311),PYTHON311)
	tools/system_libraries.sh
	$(PYTHON311) model_runtime/install.py .venv/runtime
	$(RUNTIME) $(PIP) $(TEST_TOOLS) smplx==0.1.28 mujoco==4.0.0
	touch $@

# $(call need,PYTHON) stops with a sentence where that Python is missing.
need = @command -v $(1) >/dev/null || { echo "$(1) is needed and not found; name it with $(2)=/path/to/python"; exit 1; }

define install_bpy
$(if $(filter 5.2%,$(1)),$(call need,$(PYTHON313),PYTHON313),$(call need,$(PYTHON311),PYTHON311))
tools/system_libraries.sh
$(if $(filter 5.2%,$(1)),$(PYTHON313),$(PYTHON311)) -m venv $(@D)
$(@D)/bin/python $(PIP) bpy==$(1) $(TEST_TOOLS) ufbx==0.0.5
touch $@
endef

.venv/blender/.ready:
	$(call install_bpy,5.0.1)

.venv/blender-%/.ready:
	$(call install_bpy,$*)
