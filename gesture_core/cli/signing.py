"""`momjit gloss` and `momjit sign-import`: what will be signed, and signs of one's own."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from gesture_core.cli.printing import AsJson, Force, print_results, print_table
from gesture_core.cli.reading import read_text
from gesture_core.cli.sign_mode import LexiconFolder
from gesture_core.console import Reporter
from gesture_core.errors import UserError

if TYPE_CHECKING:
    from gesture_core.signing.glosses import GlossedSentence

GLOSS_EXAMPLES = """Examples:

momjit gloss "서울역까지 가려면 지하철 몇호선으로 환승해야 하나요?"

momjit gloss talk.txt --json > talk.json
"""
IMPORT_EXAMPLES = """Examples:

momjit sign-import arrive.mp4 --gloss 도착 --licence "CC BY 4.0"
--consent "signed form of 2026-11-02, kept by the school" --signer "Hong" -o my_signs/

momjit generate "기차가 도착했어요" --mode sign --lexicon my_signs/ -o train.mp4
"""


def gloss(
    text: Annotated[str, typer.Argument(help="Korean text, a .txt file, or - for stdin.")],
    glosser: Annotated[
        str, typer.Option(help="rules (Korean Sign Language) or korean-order (signed Korean).")
    ] = "rules",
    lexicon: LexiconFolder = None,
    as_json: AsJson = False,
) -> None:
    """Show how a Korean text will be signed: each gloss, its class, and the rule behind it.

    A draft for review by Deaf signers, not an interpreter.
    """
    from gesture_core.signing.glosser import gloss_text
    from gesture_core.signing.glosses import spelled_parts, to_json
    from gesture_core.signing.lexicon import load_lexicon

    signs = load_lexicon(lexicon) if lexicon else load_lexicon()
    source = read_text(text)
    sentences = gloss_text(source, signs, glosser)
    if as_json:
        print(json.dumps(to_json(sentences), ensure_ascii=False, indent=1))
    else:
        for sentence in sentences:
            _print_sentence(sentence, source)
    print(_coverage(sentences, spelled_parts(sentences, signs.has)), file=sys.stderr)


def _print_sentence(sentence: GlossedSentence, source: str) -> None:
    print(sentence.text)
    rows = [
        {
            "gloss": token.gloss or "—",
            "class": token.kind,
            "rule": token.rule,
            "signs": " + ".join(token.parts) if token.parts != (token.gloss,) else "",
            "from": " ".join(source[slice(*token.source)].split()),
        }
        for token in sentence.tokens
    ]
    print_table(rows, as_json=False)
    glosses = [token.gloss for token in sentence.signed]
    for sign in sentence.non_manuals:
        over = " ".join(glosses[sign.first : sign.last + 1])
        print(f"{sign.channel} {sign.value}: {over}  ({sign.rule})")
    print()


def _coverage(sentences: Sequence[GlossedSentence], spelled: Sequence[str]) -> str:
    """How many of the glosses have signs, what became of the others, and the parts `spelled`."""
    counts = Counter(token.kind for sentence in sentences for token in sentence.signed)
    total = counts.total()
    dropped = sum(len(s.tokens) - len(s.signed) for s in sentences)
    made = total - counts["fingerspelled"] - counts["caption"]
    share = f"{made / total:.0%}" if total else "none"
    detail = ", ".join(f"{count} {kind}" for kind, count in counts.most_common())
    within = f"; spelled within others: {', '.join(spelled)}" if spelled else ""
    return (
        f"coverage: {made} of {total} glosses have signs ({share})"
        f"{': ' if detail else ''}{detail}; {dropped} particles, endings and marks dropped"
        f"{within}"
    )


def sign_import(
    recordings: Annotated[
        list[Path],
        typer.Argument(help="Video, .pose, .bvh, .npz or AI Hub folder, each of a single sign."),
    ],
    folder: Annotated[Path, typer.Option("-o", "--output", help="Folder of your own lexicon.")],
    licence: Annotated[str, typer.Option(help="Under which the recording may be used.")],
    consent: Annotated[str, typer.Option(help="What the signer agreed to, when, and who knows.")],
    gloss: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(help="Its gloss, once for each recording. Default: as annotated or named."),
    ] = None,
    signer: Annotated[str, typer.Option(help="Who signs, as they wish to be named.")] = "",
    dominant: Annotated[str, typer.Option(help="The hand that leads: right or left.")] = "right",
    force: Force = False,
) -> None:
    """Turn recordings of single signs into entries of a lexicon, trimmed and cleaned.

    Licence and consent are kept in the entry and in the clip beside it.
    """
    from gesture_core.signing.importing import Permission, import_sign

    glosses = gloss or [None] * len(recordings)
    if len(glosses) != len(recordings):
        raise UserError(f"{len(recordings)} recordings have {len(glosses)} --gloss; give each one")
    permission = Permission(licence, consent, signer)
    with Reporter() as report:
        written = [
            import_sign(
                recording,
                name,
                permission,
                folder,
                dominant=dominant,
                force=force,
                progress=report,
            )
            for recording, name in zip(recordings, glosses, strict=True)
        ]
    print_results(written, (), report)
