"""The shipped Korean sentence encoder: three views of a sentence and one linear head, in torch.

A sentence is the concatenation of (1) a convolutional Universal Sentence Encoder, (2) its
morphemes' CoNg vectors weighed by rarity and (3) its hashed character n-grams, brought into a
1280-d unit vector by a matrix trained on KorSTS. Card: `data/models/ko_sent/README.md`.
"""

import math
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from gesture_core.text.cong import DIMENSION as CONG_DIMENSION
from gesture_core.text.cong import VOCABULARY as CONG_VOCABULARY
from gesture_core.text.cong import load_cong, vocabulary_id
from gesture_core.text.morphemes import kiwi

if TYPE_CHECKING:
    from kiwipiepy import Token
    from tokenizers import Tokenizer

MAX_PIECES = 128
USE_DIMENSION = 512
HASH_DIMENSION = 512
HASH_BUCKETS = 1 << 16
SENTENCE_DIMENSION = USE_DIMENSION + CONG_DIMENSION + HASH_DIMENSION

WEIGHT_FILES = ("tokenizer.json", "use.safetensors", "head.safetensors")

_VIEW_WEIGHTS = (1.0, 0.8, 0.5)  # chosen on KorSTS dev and KLUE-STS dev
_HASHES = 3
_LONGEST_NGRAM = 3
_EMPTY = "."  # what an empty sentence is encoded as


class Features(NamedTuple):
    """What the encoder reads of N sentences of up to L word pieces.

    `pieces` (N, L) int64 and `mask` (N, L) bool; `morphemes` (N, 256) and `ngrams` (N, 512) unit
    vectors.
    """

    pieces: Tensor
    mask: Tensor
    morphemes: Tensor
    ngrams: Tensor


class ConvolutionBlock(nn.Module):
    """Two convolutions of one width over 256 channels with a residual; gives both stages."""

    def __init__(self, width: int, channels: int = 256) -> None:
        super().__init__()
        self.first = nn.Conv1d(channels, channels, width)
        self.second = nn.Conv1d(channels, channels, width)
        self.padding = ((width - 1) // 2, width // 2)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """`x` (N, 256, L), `mask` (N, 1, L) → (N, 256, L)."""
        hidden = (functional.relu(self.first(functional.pad(x, self.padding))) + x) * mask
        return functional.relu(self.second(functional.pad(hidden, self.padding))) + hidden


class ResidualLayer(nn.Module):
    """Two dense layers beside a linear shortcut, without biases."""

    def __init__(self, inputs: int, hidden: int, outputs: int) -> None:
        super().__init__()
        self.first = nn.Linear(inputs, hidden, bias=False)
        self.second = nn.Linear(hidden, outputs, bias=False)
        self.shortcut = nn.Linear(inputs, outputs, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(N, inputs) → (N, outputs) before the activation."""
        return self.shortcut(x) + self.second(functional.relu(self.first(x)))


class UniversalSentenceEncoder(nn.Module):
    """Multilingual Universal Sentence Encoder, convolutional variant (Yang et al., ACL 2020 demos).

    512-d piece embeddings, three convolutions of widths 2, 3 and 5, a sum over the pieces divided
    by the square root of their number, two residual layers, tanh.
    """

    WIDTHS = (2, 3, 5)

    def __init__(self, vocabulary: int) -> None:
        super().__init__()
        channels = 256 * len(self.WIDTHS)
        self.embedding = nn.Embedding(vocabulary, USE_DIMENSION)
        self.projection = nn.Linear(USE_DIMENSION, channels)
        self.projection_norm = nn.LayerNorm(channels, eps=1e-6)
        self.convolutions = nn.ModuleList(ConvolutionBlock(width) for width in self.WIDTHS)
        self.piece_norm = nn.LayerNorm(USE_DIMENSION + channels, eps=1e-6)
        self.pooled = nn.Linear(USE_DIMENSION + channels, USE_DIMENSION)
        self.residual1 = ResidualLayer(USE_DIMENSION, 320, 320)
        self.residual2 = ResidualLayer(320, USE_DIMENSION, USE_DIMENSION)

    def forward(self, pieces: Tensor, mask: Tensor) -> Tensor:
        """Piece ids (N, L) and their mask (N, L) → unit vectors (N, 512)."""
        embedded = self.embedding(pieces)
        keep = mask[..., None].to(embedded.dtype)
        projected = self.projection_norm(self.projection(embedded)) * keep
        parts = projected.transpose(1, 2).chunk(len(self.WIDTHS), dim=1)
        convolved = [
            block(part, keep.transpose(1, 2)).transpose(1, 2)
            for block, part in zip(self.convolutions, parts, strict=True)
        ]
        features = self.piece_norm(torch.cat([embedded, *convolved], dim=-1)) * keep
        count = keep.sum(dim=1)
        pooled = (self.pooled(features) * keep).sum(dim=1) / count.sqrt()
        hidden = functional.relu(self.residual1(pooled))
        return functional.normalize(torch.tanh(self.residual2(hidden)), dim=-1)


class KoreanSentenceEncoder(nn.Module):
    """Sentences → 1280-d unit vectors whose cosine follows their likeness in meaning.

    `rarity` (70488,): weight of each morpheme, a / (a + its frequency) (Arora et al., ICLR 2017);
    `idf` (65536,): inverse document frequency of each n-gram's bucket.
    """

    rarity: Tensor
    idf: Tensor

    def __init__(self, tokenizer: "Tokenizer") -> None:
        super().__init__()
        self.tokenizer = tokenizer
        self.use = UniversalSentenceEncoder(tokenizer.get_vocab_size())
        self.head = nn.Linear(SENTENCE_DIMENSION, SENTENCE_DIMENSION, bias=False)
        self.register_buffer("rarity", torch.zeros(CONG_VOCABULARY))
        self.register_buffer("idf", torch.zeros(HASH_BUCKETS))

    def read(self, sentences: Sequence[str]) -> Features:
        """Everything of the sentences that `forward` needs."""
        sentences = [sentence if sentence.strip() else _EMPTY for sentence in sentences]
        pieces, mask = self._pieces(sentences)
        return Features(pieces, mask, self._morphemes(sentences), self._ngrams(sentences))

    def forward(self, features: Features) -> Tensor:
        """Sentence embeddings (N, 1280)."""
        return functional.normalize(self.head(self.join(features)), dim=-1)

    def join(self, features: Features) -> Tensor:
        """The three views weighed and joined to unit vectors (N, 1280), before the head."""
        views = (self.use(features.pieces, features.mask), features.morphemes, features.ngrams)
        weighed = [view * weight for view, weight in zip(views, _VIEW_WEIGHTS, strict=True)]
        return functional.normalize(torch.cat(weighed, dim=-1), dim=-1)

    def embed(self, sentences: Sequence[str], batch: int = 64) -> NDArray[np.float32]:
        """Embeddings (N, 1280) float32, unit length, in the order of `sentences`."""
        embedded = np.empty((len(sentences), SENTENCE_DIMENSION), dtype=np.float32)
        by_length = sorted(range(len(sentences)), key=lambda index: len(sentences[index]))
        with torch.inference_mode():
            for start in range(0, len(by_length), batch):
                chosen = by_length[start : start + batch]
                embedded[chosen] = self(self.read([sentences[i] for i in chosen])).numpy()
        return embedded

    def _pieces(self, sentences: Sequence[str]) -> tuple[Tensor, Tensor]:
        encodings = self.tokenizer.encode_batch(list(sentences))
        rows = [torch.tensor(encoding.ids[:MAX_PIECES]) for encoding in encodings]
        lengths = torch.tensor([len(row) for row in rows])
        pieces = nn.utils.rnn.pad_sequence(rows, batch_first=True)
        return pieces, torch.arange(pieces.shape[1]) < lengths[:, None]

    def _morphemes(self, sentences: Sequence[str]) -> Tensor:
        rarity = self.rarity.numpy()
        means = np.zeros((len(sentences), CONG_DIMENSION), dtype=np.float32)
        tokenized = cast("Iterable[list[Token]]", kiwi().tokenize(list(sentences)))
        for row, tokens in enumerate(tokenized):
            ids = [vocabulary_id(token.id, token.base_id) for token in tokens]
            known = [index for index in ids if index is not None] or [0]
            means[row] = rarity[known] @ load_cong().unit_vectors(known)
        return functional.normalize(torch.from_numpy(means), dim=-1)

    def _ngrams(self, sentences: Sequence[str]) -> Tensor:
        idf = self.idf.numpy()
        hashed = np.zeros((len(sentences), HASH_DIMENSION), dtype=np.float32)
        for row, sentence in zip(hashed, sentences, strict=True):
            for ngram, count in character_ngrams(sentence).items():
                encoded = ngram.encode()
                weight = (1.0 + math.log(count)) * idf[zlib.crc32(encoded) % HASH_BUCKETS]
                for salt in range(_HASHES):
                    code = zlib.crc32(b"%d" % salt + encoded)
                    row[code % HASH_DIMENSION] += weight if (code >> 20) & 1 else -weight
        return functional.normalize(torch.from_numpy(hashed), dim=-1)


def character_ngrams(sentence: str) -> Counter[str]:
    """How often each run of one to three characters occurs in the words, with their borders."""
    counts: Counter[str] = Counter()
    for word in sentence.split():
        padded = f" {word} "
        for length in range(1, _LONGEST_NGRAM + 1):
            counts.update(
                padded[start : start + length] for start in range(len(padded) - length + 1)
            )
    counts.pop(" ", None)
    return counts


def load_korean_encoder(folder: Path) -> KoreanSentenceEncoder:
    """The encoder of a folder with `tokenizer.json`, `use.safetensors` and `head.safetensors`."""
    from safetensors.torch import load_file
    from tokenizers import Tokenizer

    weights = {
        name: value.float()
        for part, prefix in (("use", "use."), ("head", ""))
        for name, value in _prefixed(load_file(folder / f"{part}.safetensors"), prefix)
    }
    weights["use.embedding.weight"] *= weights.pop("use.embedding.scale")
    encoder = KoreanSentenceEncoder(Tokenizer.from_file(str(folder / "tokenizer.json")))
    encoder.load_state_dict(weights)
    return encoder.eval()


def _prefixed(tensors: dict[str, Tensor], prefix: str) -> Iterator[tuple[str, Tensor]]:
    return ((prefix + name, value) for name, value in tensors.items())
