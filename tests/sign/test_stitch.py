"""Signs joined into one movement."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gesture_core.signing.arms import mirrored
from gesture_core.signing.stitch import LINGER, Piece, join, nearest_cuts
from gesture_core.signing.timing import SHOULDER_WIDTH, frames_of, load_timing
from gesture_core.signing.track import FPS, HandTrack, Track, join_hands
from tests.sign.hands import CHEST, CHIN, REST, SHOULDER, resting, still_hand, track_of


def strong_hand(track: Track) -> HandTrack:
    return mirrored(track.strong)


def test_each_piece_is_whole_and_in_order() -> None:
    tracks = [track_of(still_hand(place, 8)) for place in (CHEST, CHIN, SHOULDER)]
    joined = join([Piece(track, n) for n, track in enumerate(tracks)], resting())
    ends = [frame for span in joined.spans for frame in span]
    assert ends == sorted(ends)
    for (start, stop), track in zip(joined.spans, tracks, strict=True):
        np.testing.assert_allclose(joined.track.strong.wrist[start:stop], track.strong.wrist)
    assert joined.track.strong.active.all()
    assert joined.track.weak.active.all()


def test_it_begins_and_ends_at_rest_after_a_hold() -> None:
    joined = join([Piece(track_of(still_hand(CHIN, 6)), 0)], resting())
    hold = load_timing().hold
    rest, still = frames_of(hold.rest, FPS), frames_of(hold.sentence, FPS)
    places = strong_hand(joined.track).wrist
    np.testing.assert_allclose(places[:rest], np.tile(REST, (rest, 1)))
    np.testing.assert_allclose(places[-rest:], np.tile(REST, (rest, 1)))
    stop = joined.spans[0][1]
    np.testing.assert_allclose(places[stop : stop + still], np.tile(CHIN, (still, 1)))


def test_no_way_is_faster_than_real_signers() -> None:
    places = [CHEST, CHIN, SHOULDER, CHEST, CHIN, SHOULDER]
    joined = join([Piece(track_of(still_hand(p, 3)), n) for n, p in enumerate(places)], resting())
    for hand in (joined.track.strong, joined.track.weak):
        velocity = np.diff(hand.wrist, axis=0) * FPS / SHOULDER_WIDTH
        change = np.diff(velocity, axis=0) * FPS
        measured = load_timing().measured
        assert np.linalg.norm(velocity, axis=-1).max() < measured.speed.common[1]
        assert np.linalg.norm(change, axis=-1).max() < measured.acceleration.largest[1]


def test_speed_shortens_ways_and_holds() -> None:
    pieces = [Piece(track_of(still_hand(place, 6)), 0) for place in (CHEST, CHIN)]
    lengths = [join(pieces, resting(), speed).track.frames - 12 for speed in (0.5, 1.0, 2.0)]
    assert lengths[0] == pytest.approx(2 * lengths[1], abs=5)
    assert lengths[2] == pytest.approx(lengths[1] / 2, abs=5)


def test_the_weak_hand_keeps_its_posture_through_a_sign_without_it() -> None:
    both = track_of(still_hand(CHEST), still_hand(SHOULDER))
    one = track_of(still_hand(CHIN, 5))
    joined = join([Piece(both, 0), Piece(one, 1), Piece(both, 2)], resting())
    start, stop = joined.spans[1]
    weak = joined.track.weak.wrist[start:stop]
    np.testing.assert_allclose(weak, np.tile(SHOULDER, (stop - start, 1)), atol=1e-9)


def test_a_weak_hand_that_waits_long_goes_to_rest_in_time() -> None:
    both = track_of(still_hand(CHEST), still_hand(SHOULDER))
    long = track_of(still_hand(CHIN, 120))
    joined = join([Piece(both, 0), Piece(long, 1), Piece(both, 2)], resting())
    weak = joined.track.weak.wrist
    linger = frames_of(LINGER, FPS)
    np.testing.assert_allclose(weak[joined.spans[0][1] + linger - 1], SHOULDER, atol=1e-9)
    middle = sum(joined.spans[1]) // 2
    np.testing.assert_allclose(weak[middle], REST, atol=1e-9)
    np.testing.assert_allclose(weak[joined.spans[2][0]], SHOULDER, atol=1e-9)


def test_a_weak_hand_with_nothing_more_to_do_goes_to_rest_at_once() -> None:
    both = track_of(still_hand(CHEST), still_hand(SHOULDER))
    joined = join([Piece(both, 0), Piece(track_of(still_hand(CHIN, 30)), 1)], resting())
    weak = joined.track.weak.wrist
    assert np.allclose(weak[joined.spans[0][1] + frames_of(LINGER, FPS) - 1], SHOULDER)
    np.testing.assert_allclose(weak[joined.spans[1][1]], REST, atol=1e-9)


def test_a_hand_that_a_sign_takes_later_is_there_in_time() -> None:
    late = join_hands([still_hand(REST, 6, active=False), still_hand(SHOULDER, 6)])
    joined = join([Piece(track_of(still_hand(CHEST, 12), late), 0)], resting())
    start, stop = joined.spans[0]
    weak = joined.track.weak.wrist
    np.testing.assert_allclose(weak[start + 6 : stop], np.tile(SHOULDER, (6, 1)), atol=1e-9)
    steps = np.linalg.norm(np.diff(weak, axis=0), axis=-1) * FPS / SHOULDER_WIDTH
    assert steps.max() < load_timing().measured.speed.common[1]


def test_a_recording_is_cut_where_hands_are_nearest() -> None:
    towards = np.linspace(CHEST, CHIN, 11)
    moving = still_hand(CHEST, 11)
    recorded = track_of(replace(moving, wrist=towards))
    after = track_of(still_hand(tuple(towards[8]), 5))
    first, second = nearest_cuts([Piece(recorded, 0, loose=(4, 4)), Piece(after, 1)])
    assert first.track is not None
    assert second.track is not None
    assert first.track.frames == 9
    assert second.track.frames == 5
    kept, _ = nearest_cuts([Piece(recorded, 0), Piece(after, 1)])
    assert kept.track is not None
    assert kept.track.frames == 11


def test_a_short_recording_between_others_keeps_a_frame() -> None:
    def recorded(ends: tuple[float, ...], frames: int) -> Piece:
        moving = replace(still_hand(CHEST, frames), wrist=np.linspace(CHEST, ends, frames))
        return Piece(track_of(moving), 0, loose=(1, 1))

    pieces = [recorded(CHIN, 2), recorded(CHEST, 2), recorded(SHOULDER, 2)]
    kept = [piece.track.frames for piece in nearest_cuts(pieces) if piece.track is not None]
    assert len(kept) == 3
    assert min(kept) >= 1


def test_head_and_face_of_a_recording_go_over_into_the_next_sign() -> None:
    recorded = track_of(still_hand(CHEST, 8))
    recorded.head[:] = (0.2, 0.0, 0.0)
    recorded.face[:, 5] = 0.6
    plain = track_of(still_hand(CHIN, 8))
    joined = join([Piece(recorded, 0), Piece(plain, 1)], resting())
    start, stop = joined.spans[0]
    np.testing.assert_allclose(joined.track.face[start:stop, 5], 0.6)
    np.testing.assert_allclose(joined.track.head[start:stop, 0], 0.2)
    assert joined.track.face[joined.spans[1][0] :].max() == 0.0
    fading = joined.track.face[stop - 1 : joined.spans[1][0] + 1, 5]
    assert (np.diff(fading) <= 1e-12).all()
    assert fading[-1] == 0.0


def test_a_caption_is_a_pause_of_its_time() -> None:
    sign = Piece(track_of(still_hand(CHIN, 6)), 0)
    joined = join([sign, Piece(None, 1, seconds=2.0), replace(sign, token=2)], resting())
    start, stop = joined.spans[1]
    assert stop - start == 60
    assert joined.spans[2][0] >= stop


def test_a_caption_alone_leaves_the_hands_at_rest() -> None:
    joined = join([Piece(None, 0, seconds=1.0)], resting())
    places = strong_hand(joined.track).wrist
    np.testing.assert_allclose(places, np.tile(REST, (len(places), 1)), atol=1e-9)
