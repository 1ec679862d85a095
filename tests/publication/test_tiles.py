from datetime import date
from itertools import combinations
from pathlib import Path

import pytest

from denombrement.errors import UsageProblem
from denombrement.publication.tiles import load_tiles
from denombrement.reference import arrondissements, communes_of, communes_on

BEFORE, AFTER = date(2023, 10, 19), date(2025, 10, 23)
GEO = Path(__file__).parents[3] / "shared" / "geo"
MINIMUM_KEPT = 0.85


def neighbour_pairs(tiles):
    owner = {(tile.column, tile.row): tile.nis for tile in tiles.tiles}
    pairs = {
        frozenset((tile.nis, owner[place]))
        for tile in tiles.tiles
        for place in tile.neighbours
        if place in owner
    }
    return {pair for pair in pairs if len(pair) == 2}


def real_pairs(path):
    import geopandas

    communes = geopandas.read_file(path).to_crs(3812)
    rows = list(zip(communes.nis, communes.geometry, strict=True))
    return {
        frozenset((one, other))
        for (one, here), (other, there) in combinations(rows, 2)
        if here.intersection(there).length > 50
    }


def pieces(codes, pairs):
    left, count = set(codes), 0
    while left:
        count += 1
        group = {left.pop()}
        while group:
            code = group.pop()
            near = {other for other in left if frozenset((code, other)) in pairs}
            left -= near
            group |= near
    return count


@pytest.mark.parametrize(("on", "number"), [(BEFORE, 44), (AFTER, 43)])
def test_every_commune_of_the_date_has_its_tile_and_no_other(on, number):
    tiles = load_tiles(on)
    assert [shape.code for shape in tiles.communes] == [commune.nis for commune in communes_on(on)]
    assert len(tiles.communes) == number
    assert len({(tile.column, tile.row) for tile in tiles.tiles}) == len(tiles.tiles) == 44


@pytest.mark.parametrize("on", [BEFORE, AFTER])
def test_each_arrondissement_is_in_one_piece(on):
    tiles = load_tiles(on)
    pairs = neighbour_pairs(tiles)
    for each in arrondissements():
        assert pieces([commune.nis for commune in communes_of(each.nis, on)], pairs) == 1
    assert all(len(shape.rings) == 1 for shape in tiles.arrondissements)


def test_merged_bastogne_takes_the_two_tiles_of_the_former_communes():
    old, new = ({tile.nis: tile for tile in load_tiles(on).tiles} for on in (BEFORE, AFTER))
    taken = {(tile.column, tile.row) for tile in load_tiles(AFTER).tiles if tile.nis == "82039"}
    assert taken == {(old[code].column, old[code].row) for code in ("82003", "82005")}
    assert "82003" not in new
    (bastogne,) = [shape for shape in load_tiles(AFTER).communes if shape.code == "82039"]
    assert len(bastogne.rings) == 1
    assert len(bastogne.rings[0]) == 10


def test_the_north_east_and_bouillon_are_attached_to_the_rest():
    pairs = neighbour_pairs(load_tiles(BEFORE))
    chain = [
        ("82032", "82037"),
        ("82037", "82014"),
        ("82014", "82005"),
        ("84010", "84050"),
        ("84010", "84009"),
    ]
    assert all(frozenset(pair) in pairs for pair in chain)
    assert pieces([commune.nis for commune in communes_on(BEFORE)], pairs) == 1


def test_north_is_up_and_the_corners_are_where_a_local_expects_them():
    anchors = {shape.label: shape.anchor for shape in load_tiles(BEFORE).communes}
    assert max(anchors, key=lambda name: anchors[name][1]) == "Durbuy"
    assert anchors["Virton"][1] < anchors["Florenville"][1] < anchors["Bouillon"][1] < anchors["Libin"][1]
    assert anchors["Vielsalm"][0] > anchors["La Roche"][0] > anchors["Marche"][0]
    assert anchors["Arlon"][0] > anchors["Etalle"][0] > anchors["Florenville"][0]
    assert min(anchors, key=lambda name: anchors[name][0]) == "Daverdisse"


@pytest.mark.skipif(not GEO.exists(), reason="../shared/geo is absent: real neighbours cannot be measured")
@pytest.mark.parametrize(
    ("on", "name"), [(BEFORE, "communes_luxembourg.geojson"), (AFTER, "communes_luxembourg_2025.geojson")]
)
def test_most_neighbours_of_the_real_map_stay_neighbours(on, name):
    real = real_pairs(GEO / name)
    kept = len(real & neighbour_pairs(load_tiles(on)))
    assert kept / len(real) > MINIMUM_KEPT, f"{kept} of {len(real)}"


def test_an_unknown_level_is_refused():
    with pytest.raises(UsageProblem) as caught:
        load_tiles(BEFORE).shapes("quartier")
    assert caught.value.code == "PUB005"


def test_the_bounds_are_those_of_all_communes():
    west, south, east, north = load_tiles(BEFORE).bounds
    assert (west, east) == pytest.approx((0, 6.5))
    assert north - south == pytest.approx(11 * 3**0.5 / 2 + 2 / 3**0.5)
