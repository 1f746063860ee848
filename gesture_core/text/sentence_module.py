"""The shipped encoder as a sentence-transformers module; importing this imports that package."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sentence_transformers.base.modules import InputModule
from torch import Tensor

from gesture_core.text.sentence_encoder import (
    SENTENCE_DIMENSION,
    WEIGHT_FILES,
    Features,
    load_korean_encoder,
)


class KoreanSentenceModule(InputModule):
    """Sentences in, "sentence_embedding" (N, 1280) out."""

    save_in_root = True

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.encoder = load_korean_encoder(folder)
        self.tokenizer = self.encoder.tokenizer

    def preprocess(
        self, inputs: Sequence[Any], prompt: str | None = None, **_: Any
    ) -> dict[str, Tensor]:
        """Features of the sentences by name."""
        return self.encoder.read([(prompt or "") + sentence for sentence in inputs])._asdict()

    def forward(self, features: dict[str, Tensor], **_: Any) -> dict[str, Tensor]:
        """Add the embeddings to the features."""
        read = Features(*(features[name] for name in Features._fields))
        return features | {"sentence_embedding": self.encoder(read)}

    def get_embedding_dimension(self) -> int:
        """Size of an embedding."""
        return SENTENCE_DIMENSION

    def save(self, output_path: str, *_: Any, **__: Any) -> None:
        """Copy the encoder's files; `load_korean_encoder` reads them back."""
        for name in WEIGHT_FILES:
            shutil.copyfile(self.folder / name, Path(output_path) / name)
