"""Networks that sign: what they may know, that padding changes nothing, that use is as training."""

from __future__ import annotations

from typing import Any, cast

import pytest
import torch

from gesture_core.errors import UserError
from gesture_core.models.sign_models import (
    SIGN_MODELS,
    SignModel,
    build_sign_model,
    sign_model_to_details,
)
from gesture_core.models.signed import Told, start_and_shift, step_of

SIZES: dict[str, dict[str, Any]] = {
    "transformer": {"size": 16, "heads": 2, "layers": 2, "inner": 24},
    "tacotron": {"size": 16, "bank": 3, "step": 3},
}
TOKENS, VALUES, SIGNERS = 9, 5, 2


@pytest.fixture(params=list(SIGN_MODELS))
def network(request: pytest.FixtureRequest) -> SignModel:
    torch.manual_seed(0)
    sizes = {"tokens": TOKENS, "values": VALUES, "signers": SIGNERS, **SIZES[request.param]}
    return cast(SignModel, build_sign_model({"name": request.param, **sizes}).eval())


def sentence(rows: int, length: int, seed: int = 0) -> Told:
    chance = torch.Generator().manual_seed(seed)
    tokens = torch.randint(1, TOKENS, (rows, length), generator=chance)
    return Told(tokens, torch.eye(SIGNERS)[torch.arange(rows) % SIGNERS])


def frames(rows: int, length: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    chance = torch.Generator().manual_seed(seed)
    counter = torch.arange(1, length + 1) / length
    return torch.rand(rows, length, VALUES, generator=chance), counter.repeat(rows, 1)


def test_there_is_a_case_for_every_model() -> None:
    assert SIZES.keys() == SIGN_MODELS.keys()


def test_a_frame_knows_nothing_of_itself_nor_of_the_future(network: SignModel) -> None:
    """Tacotron looks over all it has made, so its draft counts; its steps are of 3 frames."""
    told, (true, counter) = sentence(2, 4), frames(2, 12)
    other = true.clone()
    other[:, 6:] += 1.0
    made, changed = network(told, true, counter), network(told, other, counter)
    first = [each.drafts[0][1] if each.drafts else each.frames for each in (made, changed)]
    torch.testing.assert_close(first[0][:, :7], first[1][:, :7])
    assert not torch.allclose(first[0][:, 9:], first[1][:, 9:])
    torch.testing.assert_close(made.rate[:, :7], changed.rate[:, :7])


def test_a_longer_neighbour_in_the_batch_changes_nothing(network: SignModel) -> None:
    told, (true, counter) = sentence(1, 3), frames(1, 6)
    alone = network(told, true, counter)
    padded = Told(
        torch.cat([torch.nn.functional.pad(told.tokens, (0, 2)), sentence(1, 5, 7).tokens]),
        torch.cat([told.signer, told.signer]),
    )
    longer = torch.cat([torch.nn.functional.pad(true, (0, 0, 0, 3)), frames(1, 9, 5)[0]])
    counters = torch.cat([torch.nn.functional.pad(counter, (0, 3), value=1.0), frames(1, 9)[1]])
    both = network(padded, longer, counters)
    torch.testing.assert_close(both.frames[:1, :6], alone.frames, atol=1e-4, rtol=1e-3)
    torch.testing.assert_close(both.rate[:1, :6], alone.rate)
    torch.testing.assert_close(both.attention[:1, :6, :3], alone.attention)
    assert not both.attention[0, :, 3:].any()


def test_running_freely_is_hearing_what_one_made(network: SignModel) -> None:
    told = sentence(1, 4)
    signed = network.sign(told, 12)
    again = network(told, signed.frames, signed.counter)
    heard = start_and_shift(signed.frames, signed.counter)[..., -1]
    if again.drafts:  # the draft is what is heard again, not what was looked over
        drafted = network(told, again.drafts[0][1], signed.counter)
        assert drafted.frames.shape == signed.frames.shape
    else:
        torch.testing.assert_close(again.frames, signed.frames)
        torch.testing.assert_close(heard + step_of(again.rate), signed.counter)
    torch.testing.assert_close(again.attention[:, :3], signed.attention[:, :3])


def test_it_counts_up_and_ends_by_itself(network: SignModel) -> None:
    signed = network.sign(sentence(3, 4), 400)
    assert (signed.counter.diff(dim=1) > 0).all()
    lengths = signed.lengths
    assert (lengths < 400).all()
    for row, length in enumerate(lengths.tolist()):
        assert signed.counter[row, length - 1] >= 1.0
        assert signed.counter[row, : length - 1].max() < 1.0
    assert signed.frames.shape[:2] == signed.counter.shape == signed.attention.shape[:2]


def test_it_is_stopped_where_it_does_not_end(network: SignModel) -> None:
    signed = network.sign(sentence(2, 4), 7)
    assert signed.frames.shape == (2, 7, VALUES)
    assert signed.lengths.tolist() == [7, 7]


def test_words_and_signer_matter(network: SignModel) -> None:
    told, (true, counter) = sentence(1, 4), frames(1, 6)
    made = network(told, true, counter).frames
    other_words = network(Told(told.tokens % (TOKENS - 1) + 1, told.signer), true, counter).frames
    other_signer = network(Told(told.tokens, told.signer.flip(-1)), true, counter).frames
    assert not torch.allclose(made, other_words)
    assert not torch.allclose(made, other_signer)


def test_a_checkpoint_can_rebuild_it(network: SignModel) -> None:
    details = sign_model_to_details(network)
    again = build_sign_model(details)
    again.load_state_dict(network.state_dict())  # type: ignore[attr-defined]
    with pytest.raises(UserError, match="transformer, tacotron"):
        build_sign_model({**details, "name": "oracle"})


def test_hearing_the_counter_alone_and_foretelling() -> None:
    torch.manual_seed(0)
    sizes = {"tokens": TOKENS, "values": VALUES, "signers": SIGNERS, **SIZES["transformer"]}
    deaf = build_sign_model(
        {"name": "transformer", **sizes, "hears": "counter", "future": 2}
    ).eval()
    told, (true, counter) = sentence(1, 4), frames(1, 6)
    made = deaf(told, true, counter)
    torch.testing.assert_close(made.frames, deaf(told, true + 1.0, counter).frames)
    assert [later for later, _ in made.drafts] == [1, 2]
