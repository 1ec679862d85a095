"""Signs of small neighbours are moved apart, a little, and always the same way."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from denombrement.publication.maps import draw_map
from denombrement.publication.maps.panel import Frame, Lettering, aspect, panel_items
from denombrement.publication.maps.scene import Disc, Letters, text_width
from denombrement.publication.maps.spreading import Box, spread
from denombrement.publication.tiles import load_tiles

LENGTHS = some.floats(1, 8)
BOXES = some.builds(
    lambda x, y, width, height: Box(x, y, x + width, y + height),
    some.floats(0, 20),
    some.floats(0, 20),
    LENGTHS,
    LENGTHS,
)


def covers(one, other):
    return (
        one.left < other.right
        and other.left < one.right
        and one.top < other.bottom
        and other.top < one.bottom
    )


def test_two_that_cover_each_other_move_apart_by_half_each():
    moves = spread([[Box(0, 0, 10, 4)], [Box(8, 0, 18, 4)]], 20)
    assert moves[0][0] == pytest.approx(-moves[1][0])
    assert not covers(Box(0, 0, 10, 4).moved(*moves[0]), Box(8, 0, 18, 4).moved(*moves[1]))


def test_what_covers_nothing_stays():
    assert spread([[Box(0, 0, 1, 1)], [Box(5, 5, 6, 6)], []], 3) == [(0.0, 0.0)] * 3


@given(some.lists(some.lists(BOXES, min_size=1, max_size=2), max_size=6), some.floats(0, 4))
@settings(derandomize=True, deadline=None, max_examples=60)
def test_no_sign_leaves_its_place_by_more_than_it_may(groups, furthest):
    moves = spread(groups, furthest)
    assert all(abs(x) <= furthest and abs(y) <= furthest for x, y in moves)
    assert moves == spread(groups, furthest)


def test_no_name_of_the_tile_map_is_covered_by_another_commune_s_circle(map_table):
    geometry = load_tiles(date(2023, 10, 19))
    sizes = map_table(value_of=lambda rank: 5 if rank % 3 else 200)
    figure = draw_map(sizes, geometry, kind="circles")
    frame = Frame(0, 0, 110, 110 * aspect(geometry))
    items = panel_items(figure, figure.panels[0], frame, Lettering(2.2, 2.7))
    circles = [item for item in items if isinstance(item, Disc)]
    names = [item for item in items if isinstance(item, Letters) and item.text[0].isalpha()]
    assert len(circles) > 10
    for name in names:
        half = text_width(name.text, name.size) / 2
        for circle in circles:
            beside = max(abs(circle.x - name.x) - half, 0), max(abs(circle.y - (name.y - 0.7)) - 0.7, 0)
            assert (beside[0] ** 2 + beside[1] ** 2) ** 0.5 > 0.7 * circle.radius
