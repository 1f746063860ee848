import numpy as np
import pytest

from gesture_core.likeness.same_person import SAME, of_one_person


def test_the_person_most_faces_show_is_kept():
    faces = np.array([[0.0, 3.0], [0.1, 0.0], [0.0, 0.1], [0.0, 0.0], [2.0, 0.0]])
    centre, same = of_one_person(faces)
    assert centre in (1, 2, 3)
    np.testing.assert_array_equal(same, [False, True, True, True, False])


def test_of_two_people_the_first_counts():
    centre, same = of_one_person(np.array([[0.0, 0.0], [2 * SAME, 0.0]]))
    assert centre == 0
    np.testing.assert_array_equal(same, [True, False])


@pytest.mark.parametrize("count", [1, 5])
def test_one_person_alone_stays_whole(count: int):
    _, same = of_one_person(np.linspace(0.0, 0.9 * SAME, count)[:, np.newaxis])
    assert same.all()
