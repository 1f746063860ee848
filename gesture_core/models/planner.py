"""The planner: which words get a gesture, of which function, with which hand, how large, where.

A bidirectional GRU over the words of an utterance. It hears what every word and its sentence mean
and when the word is said; what the rules would say of the word is one input among others, and is
often withheld in training, so that words which no rule knows are judged by their meaning. Where a
rule speaks, it adds `trust` to the log-odds of its function, so that a rare word is safe too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

HANDS = 3


@dataclass(frozen=True)
class PlannerConfig:
    """Sizes of the planner."""

    words: int
    """Numbers of a word vector."""
    sentences: int
    """Numbers of a sentence embedding."""
    cues: int
    """Speech acts and emotions of a sentence."""
    context: int
    """Numbers that are told of a word, the function that the rules give it first."""
    functions: int
    """Functions that a gesture may have."""
    word_code: int = 96
    sentence_code: int = 32
    hidden: int = 96
    """Hidden size of each direction of the GRU."""


class WordOdds(NamedTuple):
    """What the planner says of the words (B, W).

    `gesture` (B, W) logit of a gesture; `function` (B, W, F) logits; given a function: `hand`
    (B, W, F, 3) logits, `size` (B, W, F) mean amplitude and `size_spread` (B, W, F) its log
    deviation; `place` (B, W) of the stroke within the word, 0 start to 1 end, and `place_spread`
    (B, W), its log deviation.
    """

    gesture: Tensor
    function: Tensor
    hand: Tensor
    size: Tensor
    size_spread: Tensor
    place: Tensor
    place_spread: Tensor


class Planner(nn.Module):
    """Words of B utterances in, odds of their gestures out."""

    def __init__(self, config: PlannerConfig, dropout: float = 0.0) -> None:
        super().__init__()
        self.config = config
        size = config.hidden
        self.word = nn.Linear(config.words, config.word_code)
        self.sentence = nn.Linear(config.sentences, config.sentence_code)
        told = config.word_code + config.sentence_code + config.cues + config.context
        self.joined = nn.Linear(told, 2 * size)
        self.gru = nn.GRU(2 * size, size, batch_first=True, bidirectional=True)
        self.when = nn.Linear(4 * size, 3)
        self.what = nn.Sequential(
            nn.Linear(4 * size, size), nn.GELU(), nn.Linear(size, config.functions)
        )
        self.how = nn.Linear(4 * size, config.functions * (HANDS + 2))
        self.trust = nn.Parameter(torch.tensor(4.0))
        self.dropout = nn.Dropout(dropout)

    def forward(
        self,
        words: Tensor,
        sentence: Tensor,
        sentences: Tensor,
        cues: Tensor,
        context: Tensor,
        lengths: Tensor | None = None,
    ) -> WordOdds:
        """Odds of word vectors (B, W, D) with their context (B, W, C).

        `sentence` (B, W) tells the row of each word in `sentences` (S, E) and `cues` (S, A) of the
        whole batch; `lengths` (B,) on the CPU how many words are real, by default all.
        """
        scaled = words * self.config.words**0.5
        meaning = self.word(self.dropout(scaled))
        topic = self.sentence(self.dropout(sentences * self.config.sentences**0.5))
        told = torch.cat([meaning, topic[sentence], cues[sentence], context], dim=-1)
        local = nn.functional.gelu(self.joined(self.dropout(told)))
        heard = self._around(local, lengths)
        both = self.dropout(torch.cat([local, heard], dim=-1))
        when, how = self.when(both), self.how(both)
        how = how.unflatten(-1, (self.config.functions, HANDS + 2))
        rules = context[..., : self.config.functions]
        return WordOdds(
            gesture=when[..., 0],
            function=self.what(both) + self.trust * rules,
            hand=how[..., :HANDS],
            size=1.0 + how[..., HANDS],
            size_spread=how[..., HANDS + 1] - 2.0,
            place=torch.sigmoid(when[..., 1]),
            place_spread=when[..., 2] - 2.0,
        )

    def _around(self, local: Tensor, lengths: Tensor | None) -> Tensor:
        if lengths is None:
            return self.gru(local)[0]
        packed = nn.utils.rnn.pack_padded_sequence(
            local, lengths, batch_first=True, enforce_sorted=False
        )
        return nn.utils.rnn.pad_packed_sequence(
            self.gru(packed)[0], batch_first=True, total_length=local.shape[1]
        )[0]
