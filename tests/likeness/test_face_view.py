"""Faces found, judged and chosen, on pictures of our own characters."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.formats.video import write_video
from gesture_core.likeness.face_choice import most_different
from gesture_core.likeness.face_finding import (
    FACE_SHARE,
    Face,
    FaceFinder,
    cut,
    head_turn,
    square,
)
from gesture_core.likeness.face_quality import why_not
from gesture_core.likeness.face_regions import OVAL
from gesture_core.likeness.face_view import choose_faces
from gesture_core.likeness.photo import read_picture

pytest.importorskip("mediapipe")
cv2 = pytest.importorskip("cv2")

Picture = NDArray[np.uint8]

FACES = Path(__file__).resolve().parents[1] / "fixtures" / "likeness"
IRISES = (468, 473)


@pytest.fixture(scope="module")
def finder() -> Iterator[FaceFinder]:
    finder = FaceFinder()
    yield finder
    finder.close()


@pytest.fixture(scope="module")
def mina() -> Picture:
    return read_picture(FACES / "mina.jpg").rgb


@pytest.fixture(scope="module")
def face(finder: FaceFinder, mina: Picture) -> Face:
    [box] = finder.detect(mina)
    face = finder.look(mina, box)
    assert face is not None
    return face


@pytest.fixture
def judge(finder: FaceFinder) -> Callable[[Picture], str]:
    def judge(rgb: Picture) -> str:
        boxes = finder.detect(rgb)
        return why_not(rgb, boxes, finder.look(rgb, boxes[0]) if boxes else None)

    return judge


@pytest.fixture(autouse=True)
def _no_identity_weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("MOMJIT_DATA", str(tmp_path))


def in_photo(face: Face) -> NDArray[np.float64]:
    return face.landmarks[:, :2] @ face.to_photo[:, :2].T + face.to_photo[:, 2]


def covered(rgb: Picture, points: NDArray[np.float64], colour: tuple[int, int, int]) -> Picture:
    """The picture with the hull of some points painted over, as grainy as a photo is."""
    mask = np.zeros(rgb.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(np.round(points).astype(np.int32)), (1,))
    grain = np.random.default_rng(0).normal(0, 4, rgb.shape)
    paint = np.clip(np.array(colour) + grain, 0, 255).astype(np.uint8)
    return np.where(mask[..., None] > 0, paint, rgb)


def test_a_square_is_cut_with_pixel_centres_at_a_half():
    rgb = np.zeros((40, 40, 3), np.uint8)
    rgb[10:14, 20:24] = 255
    to_photo, size = square(np.array([22.0, 12.0]), 16.0, 0.0)
    crop = cut(rgb, to_photo, size)
    assert crop.shape == (16, 16, 3)
    np.testing.assert_array_equal(crop[6:10, 6:10], 255)
    assert crop.sum() == 16 * 3 * 255
    np.testing.assert_allclose(to_photo @ [8.0, 8.0, 1.0], [22.0, 12.0])


def test_a_square_turns_counterclockwise():
    to_photo, size = square(np.array([50.0, 50.0]), 20.0, np.pi / 2)
    right = to_photo @ [size, size / 2, 1.0]
    np.testing.assert_allclose(right, [50.0, 40.0], atol=1e-9)  # up in the photo


@pytest.mark.parametrize(("yaw", "pitch", "roll"), [(0, 0, 0), (0.5, 0, 0), (0.3, -0.2, 0.4)])
def test_head_turn_undoes_a_rotation(yaw: float, pitch: float, roll: float):
    head = np.zeros((478, 3))
    head[33], head[263] = [-3.0, 1.0, 0.0], [3.0, 1.0, 0.0]
    head[10], head[152] = [0.0, 5.0, 0.0], [0.0, -5.0, 0.0]
    about_x = [[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]]
    about_y = [[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]]
    about_z = [[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]]
    turned = head @ (np.array(about_z) @ about_y @ about_x).T
    np.testing.assert_allclose(head_turn(turned * [1, -1, -1]), [yaw, pitch, roll], atol=1e-12)


def test_the_crop_is_upright_and_the_face_fills_its_share(face: Face):
    assert face.height / len(face.rgb) == pytest.approx(FACE_SHARE, abs=0.03)
    left, right = face.landmarks[IRISES[1]], face.landmarks[IRISES[0]]
    assert abs(left[1] - right[1]) < 0.03 * face.height
    assert left[0] > right[0]  # the person's left is the picture's right
    assert np.degrees(np.abs(face.turn[[0, 2]])).max() < 5
    assert face.scatter < 0.004


def test_irises_lie_on_the_dark_of_the_eyes(face: Face, mina: Picture):
    for iris in IRISES:
        x, y = in_photo(face)[iris].astype(int)
        assert mina[y, x].mean() < 0.5 * mina[y + 12, x].mean()  # the cheek under it


def test_a_turned_photo_gives_the_same_face_turned(finder: FaceFinder, mina: Picture, face: Face):
    degrees = 25.0
    height, width = mina.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2 - 0.5, height / 2 - 0.5), degrees, 1.0)
    turned = cv2.warpAffine(mina, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    other = finder.look(turned, finder.detect(turned)[0])
    assert other is not None
    assert np.degrees(other.turn[2] - face.turn[2]) == pytest.approx(degrees, abs=2)
    matrix[:, 2] += 0.5 - matrix[:, :2] @ [0.5, 0.5]
    expected = in_photo(face) @ matrix[:, :2].T + matrix[:, 2]
    off = np.linalg.norm(in_photo(other) - expected, axis=1) / face.photo_height
    assert np.median(off) < 0.012


def test_a_mirrored_photo_turns_the_other_way(finder: FaceFinder):
    rgb = read_picture(FACES / "signer_turned.jpg").rgb
    one = finder.look(rgb, finder.detect(rgb)[0])
    mirrored = np.ascontiguousarray(rgb[:, ::-1])
    other = finder.look(mirrored, finder.detect(mirrored)[0])
    assert one is not None
    assert other is not None
    assert np.degrees(one.turn[0]) == pytest.approx(30, abs=8)  # towards the person's left
    assert np.degrees(other.turn[0]) == pytest.approx(-30, abs=8)


def test_good_pictures_pass(judge: Callable[[Picture], str]):
    for name in ("mina", "jun", "signer_turned"):
        assert judge(read_picture(FACES / f"{name}.jpg").rgb) == ""


def test_what_is_no_face_or_several_is_refused(judge: Callable[[Picture], str], mina: Picture):
    jun = read_picture(FACES / "jun.jpg").rgb
    assert judge(np.full((300, 400, 3), 128, np.uint8)) == "no face found"
    assert "2 faces" in judge(np.hstack([mina, jun]))
    assert "profile" in judge(read_picture(FACES / "jun_profile.jpg").rgb)
    small = cv2.resize(mina, None, fx=0.3, fy=0.3, interpolation=cv2.INTER_AREA)
    assert "pixels high" in judge(cv2.copyMakeBorder(small, 100, 100, 100, 100, 1))


def test_a_small_face_in_the_background_is_no_matter(
    judge: Callable[[Picture], str], mina: Picture
):
    scene = mina.copy()
    small = cv2.resize(read_picture(FACES / "jun.jpg").rgb, (96, 96), interpolation=cv2.INTER_AREA)
    scene[:96, :96] = small
    assert judge(scene) == ""


def test_covered_cut_off_and_blurred_faces_are_refused(
    judge: Callable[[Picture], str], mina: Picture, face: Face
):
    points, height = in_photo(face), face.photo_height
    glasses = mina
    for ring in ((226, 190, 56, 112, 25, 30, 110), (446, 414, 286, 341, 255, 260, 339)):
        middle = points[list(ring)].mean(axis=0)
        lens = middle + 1.5 * (points[list(ring)] - middle)
        glasses = covered(glasses, lens, (25, 22, 24))
    assert "sunglasses" in judge(glasses)
    mask = points[[4, 234, 132, 58, 172, 150, 152, 379, 397, 288, 361, 454]]
    assert "covered" in judge(covered(mina, mask, (150, 190, 215)))
    assert "covered" in judge(covered(mina, mask, (28, 28, 32)))
    assert "cut off" in judge(mina[: int(points[13, 1])])
    assert "cut off" in judge(mina[int(points[159, 1]) :])
    assert "cut off" in judge(mina[:, int(points[1, 0] - 0.15 * height) :])
    assert "blurred" in judge(cv2.GaussianBlur(mina, (0, 0), 0.03 * height))


def test_glasses_are_left_out_where_there_are_faces_without(
    mina: Picture, face: Face, tmp_path: Path
):
    points = in_photo(face)
    rims = mina.copy()
    for ring in ((226, 190, 56, 112, 25, 30, 110), (446, 414, 286, 341, 255, 260, 339)):
        centre = points[list(ring)].mean(axis=0)
        cv2.circle(rims, (int(centre[0]), int(centre[1])), 16, (30, 25, 25), 2)
    across = [tuple(np.round(points[number]).astype(int).tolist()) for number in (193, 417)]
    cv2.line(rims, across[0], across[1], (30, 25, 25), 3)
    worn = tmp_path / "worn.png"
    cv2.imwrite(str(worn), cv2.cvtColor(rims, cv2.COLOR_RGB2BGR))
    alone = choose_faces([worn])
    assert len(alone.views) == 1
    assert "glasses" in alone.warnings[0]
    both = choose_faces([worn, FACES / "mina.jpg"])
    assert [view.photo.name for view in both.views] == ["mina.jpg"]
    assert [refusal.name for refusal in both.refused] == ["worn.png"]
    assert "nobody checked that all pictures show one person" in both.warnings[0]


def test_pictures_that_are_not_colour_photos_are_refused(
    judge: Callable[[Picture], str], mina: Picture
):
    grey = np.repeat(mina.mean(axis=2, keepdims=True), 3, axis=2).astype(np.uint8)
    assert "without colours" in judge(grey)
    flat = cv2.medianBlur((mina // 40 * 40 + 20).astype(np.uint8), 5)
    edges = cv2.adaptiveThreshold(cv2.cvtColor(mina, cv2.COLOR_RGB2GRAY), 255, 0, 0, 9, 4)
    flat[edges == 0] = 0
    assert "drawing" in judge(flat)


def test_the_person_ends_where_the_photo_ends(mina: Picture, tmp_path: Path, face: Face):
    top = int(in_photo(face)[list(OVAL), 1].min() - 0.1 * face.photo_height)
    path = tmp_path / "close.png"
    cv2.imwrite(str(path), cv2.cvtColor(mina[top:], cv2.COLOR_RGB2BGR))
    chosen = choose_faces([path])
    [view] = chosen.views
    places = np.array([[0.0, 0.0], [0.0, 1.0]]) * len(view.rgb) + 0.5
    assert (view.to_photo[:, :2] @ places[0] + view.to_photo[:, 2])[1] < 0
    assert view.person[0].max() == 0.0
    middle = len(view.rgb) // 2
    assert view.person[middle, middle] > 0.9
    assert chosen.body is None


def test_choosing_takes_the_plain_view_first_and_then_the_most_different(
    finder: FaceFinder, face: Face
):
    turned = read_picture(FACES / "signer_turned.jpg").rgb
    far = finder.look(turned, finder.detect(turned)[0])
    assert far is not None
    assert most_different([far, face, face], [0.3, 0.3, 0.3], 16) == [1, 0]
    assert most_different([far, face], [0.3, 0.3], 1) == [1]


def test_a_video_gives_its_sharp_frames_and_files_their_reasons(tmp_path: Path, mina: Picture):
    blurred = cv2.GaussianBlur(mina, (0, 0), 5)
    film = tmp_path / "talk.mp4"
    write_video(film, [mina] * 15 + [blurred] * 15, 15.0)
    (tmp_path / "notes.jpg").write_text("no picture")
    chosen = choose_faces([film, FACES / "signer_turned.jpg", tmp_path / "notes.jpg"])
    names = [view.photo.name for view in chosen.views]
    assert len(names) == 2
    assert any(name.startswith("talk.mp4 at 0.") for name in names)
    reasons = {refusal.name: refusal.reason for refusal in chosen.refused}
    assert reasons["talk.mp4 at 1.5 s"] == "the face is blurred"
    assert "not a picture" in reasons["notes.jpg"]


def test_nothing_usable_lists_every_reason(tmp_path: Path):
    (tmp_path / "notes.jpg").write_text("no picture")
    with pytest.raises(UserError) as refused:
        choose_faces([tmp_path / "notes.jpg", FACES / "jun_profile.jpg"])
    first, *lines = str(refused.value).splitlines()
    assert first == "no picture of a face can be used"
    assert [line.split(":")[0] for line in lines] == ["notes.jpg", "jun_profile.jpg"]
