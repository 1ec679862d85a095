import hashlib
import threading
from datetime import date
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path

import geopandas
import pytest
from shapely import Point, Polygon, box

from denombrement.errors import DamagedInput, UsageProblem
from denombrement.publication import boundary_import
from denombrement.publication.boundaries import boundaries_json, load_boundaries
from denombrement.publication.boundary_import import fetch_boundary_file, import_boundaries
from denombrement.publication.maps import draw_map
from denombrement.publication.maps.captions import notes
from denombrement.publication.maps.page import sheet
from denombrement.publication.maps.svg import svg_document
from denombrement.publication.tiles import load_tiles

BEFORE, AFTER = date(2023, 10, 19), date(2025, 10, 23)
GEO = Path(__file__).parents[3] / "shared" / "geo"
needs_geo = pytest.mark.skipif(
    not GEO.exists(), reason="../shared/geo is absent: real outlines cannot be read"
)
CREDIT = "Limites : essai"
TILE_METRES = 10_000


@pytest.fixture
def no_reference_areas(monkeypatch):
    monkeypatch.setattr(boundary_import, "_reference_areas", dict)


def hexagons(on=BEFORE):
    """Communes shaped as our tiles, ten kilometres wide, somewhere in Belgium."""
    shapes = load_tiles(on).communes
    outlines = [
        Polygon([(600_000 + x * TILE_METRES, 600_000 + y * TILE_METRES) for x, y in shape.rings[0]])
        for shape in shapes
    ]
    return geopandas.GeoDataFrame({"nis": [shape.code for shape in shapes]}, geometry=outlines, crs=3812)


def written(frame, tmp_path, name="communes.geojson"):
    path = tmp_path / name
    frame.to_file(path)
    return path


def refusal(frame, tmp_path, on=BEFORE, **options):
    with pytest.raises((DamagedInput, UsageProblem)) as caught:
        import_boundaries(written(frame, tmp_path), on, credit=CREDIT, **options)
    return caught.value


@needs_geo
@pytest.mark.parametrize(
    ("name", "on", "number"),
    [
        ("communes_luxembourg.geojson", BEFORE, 44),
        ("communes_luxembourg_2025.geojson", AFTER, 43),
        ("communes_luxembourg.geojson", AFTER, 43),
        ("communes_luxembourg_leger.geojson", BEFORE, 44),
    ],
)
def test_real_communes_are_kept_whole_after_all_checks(name, on, number, tmp_path):
    boundaries = import_boundaries(GEO / name, on, credit=CREDIT)
    assert len(boundaries.communes) == number
    assert [shape.code for shape in boundaries.arrondissements] == [
        "81000",
        "82000",
        "83000",
        "84000",
        "85000",
    ]
    kept = tmp_path / "kept.geojson"
    kept.write_text(boundaries_json(boundaries), encoding="utf-8")
    assert load_boundaries(kept) == boundaries
    again = geopandas.read_file(kept)
    assert again.crs.to_epsg() == 3812
    communes = again[again["level"] == "commune"].geometry
    assert communes.is_valid.all()
    assert communes.is_valid_coverage()
    assert communes.area.sum() / 1e6 == pytest.approx(4459.6, abs=1)


@needs_geo
def test_the_two_vintages_make_the_same_bastogne():
    joined = import_boundaries(GEO / "communes_luxembourg.geojson", AFTER, credit=CREDIT)
    given = import_boundaries(GEO / "communes_luxembourg_2025.geojson", AFTER, credit=CREDIT)
    areas = [
        Polygon(next(shape for shape in one.communes if shape.code == "82039").rings[0]).area
        for one in (joined, given)
    ]
    assert areas[0] == pytest.approx(areas[1], rel=1e-3)


@needs_geo
def test_a_wrong_scale_is_refused_by_the_areas(tmp_path):
    frame = geopandas.read_file(GEO / "communes_luxembourg_leger.geojson").to_crs(3812)
    frame["geometry"] = frame.geometry.affine_transform([1.01, 0, 0, 1.01, 0, 0])
    error = refusal(frame, tmp_path)
    assert error.code == "PUB024"
    assert error.facts["gap_percent"] == pytest.approx(2, abs=0.3)


@needs_geo
def test_maps_on_real_boundaries_have_a_scale_a_projection_and_the_credit(map_table):
    boundaries = import_boundaries(GEO / "communes_luxembourg_leger.geojson", BEFORE, credit=CREDIT)
    for level in ("arrondissement", "commune"):
        figure = draw_map(map_table(level), boundaries, kind="circles")
        svg = svg_document(sheet(figure), "Carte", "Carte")
        assert "20\u00a0km" in svg
        assert CREDIT in svg
        assert any("EPSG:3812" in line and "19 octobre 2023" in line for line in notes(figure))


def test_sectors_are_dissolved_into_communes(tmp_path, no_reference_areas):
    whole = hexagons()
    middle = whole.geometry.centroid.x.round()
    halves = [
        geopandas.GeoDataFrame(
            {"CD_MUNTY_REFNIS": whole["nis"].astype(int).astype(float)},
            geometry=[
                shape.intersection(box(x - 9e4, 0, x, 9e6) if left else box(x, 0, x + 9e4, 9e6))
                for shape, x in zip(whole.geometry, middle, strict=True)
            ],
            crs=3812,
        )
        for left in (True, False)
    ]
    elsewhere = geopandas.GeoDataFrame({"CD_MUNTY_REFNIS": [21004.0]}, geometry=[box(0, 0, 9, 9)], crs=3812)
    import pandas as pd

    sectors = pd.concat([*halves, elsewhere], ignore_index=True)
    boundaries = import_boundaries(written(sectors, tmp_path, "sectors.gpkg"), BEFORE, credit=CREDIT)
    assert len(boundaries.communes) == 44
    assert all(len(shape.rings) == 1 for shape in boundaries.communes)
    assert boundaries.communes[0].label == "Arlon"


def test_the_anchor_of_a_shape_is_well_inside_it(tmp_path, no_reference_areas):
    boundaries = import_boundaries(written(hexagons(), tmp_path), BEFORE, credit=CREDIT)
    for shape in boundaries.shapes("commune"):
        assert Polygon(shape.rings[0]).exterior.distance(Point(shape.anchor)) > 0.4 * TILE_METRES


def test_the_former_communes_are_joined_after_their_merger(tmp_path, no_reference_areas):
    boundaries = import_boundaries(written(hexagons(), tmp_path), AFTER, credit=CREDIT)
    assert len(boundaries.communes) == 43
    assert "82039" in [shape.code for shape in boundaries.communes]


def test_the_merged_commune_is_never_split(tmp_path, no_reference_areas):
    error = refusal(hexagons(AFTER), tmp_path)
    assert error.code == "PUB022"
    assert (error.facts["missing"], error.facts["extra"]) == ("82003, 82005", "82039")


def test_missing_communes_are_named(tmp_path, no_reference_areas):
    error = refusal(hexagons().iloc[2:], tmp_path)
    assert (error.code, error.facts["missing"], error.facts["extra"]) == ("PUB022", "81001, 81003", "–")
    many = refusal(hexagons().iloc[20:], tmp_path)
    assert many.facts["missing"].endswith("…")


def test_a_file_without_coordinate_system_is_refused(tmp_path):
    path = written(hexagons(), tmp_path, "communes.shp")
    path.with_suffix(".prj").unlink()
    with pytest.raises(DamagedInput) as caught:
        import_boundaries(path, BEFORE, credit=CREDIT)
    assert caught.value.code == "PUB020"


def test_the_column_of_codes_is_found_or_named(tmp_path, no_reference_areas):
    renamed = hexagons().rename(columns={"nis": "numero"})
    assert refusal(renamed, tmp_path).code == "PUB021"
    boundaries = import_boundaries(written(renamed, tmp_path), BEFORE, credit=CREDIT, nis_column="Numero")
    assert len(boundaries.communes) == 44


@pytest.mark.parametrize("fault", ["overlap", "gap", "hole"])
def test_overlaps_and_gaps_are_refused(tmp_path, no_reference_areas, fault):
    frame = hexagons()
    inner = frame.index[frame["nis"] == "84077"][0]
    shape = frame.geometry[inner]
    frame.loc[inner, "geometry"] = {
        "overlap": shape.buffer(100, join_style="mitre"),
        "gap": shape.buffer(-4, join_style="mitre"),
        "hole": shape.difference(shape.centroid.buffer(900)),
    }[fault]
    assert refusal(frame, tmp_path).code == "PUB023"


def test_points_and_broken_polygons_are_refused(tmp_path):
    frame = hexagons()
    frame.loc[0, "geometry"] = frame.geometry[0].centroid
    assert refusal(frame, tmp_path).code == "PUB028"
    bow = hexagons()
    bow.loc[0, "geometry"] = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    assert refusal(bow, tmp_path).facts["count"] == 1


def test_geoparquet_is_read_too(tmp_path, no_reference_areas):
    path = tmp_path / "communes.parquet"
    hexagons().to_parquet(path)
    assert len(import_boundaries(path, BEFORE, credit=CREDIT).communes) == 44


def test_anything_else_is_refused_as_unreadable(tmp_path):
    path = tmp_path / "communes.geojson"
    path.write_text("bonjour", encoding="utf-8")
    with pytest.raises(DamagedInput) as caught:
        import_boundaries(path, BEFORE, credit=CREDIT)
    assert caught.value.code == "PUB025"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"kind": "other", "features": []}'])
def test_a_kept_file_that_is_not_ours_is_refused(tmp_path, text):
    path = tmp_path / "kept.geojson"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DamagedInput) as caught:
        load_boundaries(path)
    assert caught.value.code == "PUB026"


def test_holes_and_islands_survive_keeping(tmp_path, no_reference_areas):
    frame = hexagons()
    islanded = frame.geometry[0].union(box(900_000, 900_000, 905_000, 905_000))
    frame.loc[0, "geometry"] = islanded
    boundaries = import_boundaries(written(frame, tmp_path), BEFORE, credit=CREDIT)
    kept = tmp_path / "kept.geojson"
    kept.write_text(boundaries_json(boundaries), encoding="utf-8")
    assert load_boundaries(kept) == boundaries
    assert len(boundaries.communes[0].rings) == 2


@pytest.fixture
def published(tmp_path):
    """A producer's site on this machine."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    site = tmp_path / "site"
    site.mkdir()
    (site / "communes.geojson").write_text("{}", encoding="utf-8")
    server = HTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/communes.geojson"
    server.shutdown()
    thread.join()
    server.server_close()


def test_fetching_keeps_the_file_and_checks_its_hash(published, tmp_path):
    sha256 = hashlib.sha256(b"{}").hexdigest()
    path = fetch_boundary_file(published, sha256, tmp_path / "cache")
    assert path.read_text(encoding="utf-8") == "{}"
    assert fetch_boundary_file(published, sha256, tmp_path / "cache") == path


def test_another_file_than_the_one_expected_is_refused(published, tmp_path):
    with pytest.raises(DamagedInput) as caught:
        fetch_boundary_file(published, "0" * 64, tmp_path / "cache")
    assert caught.value.code == "PUB027"
    with pytest.raises(DamagedInput):
        fetch_boundary_file(published + "x", "0" * 64, tmp_path / "cache")


def test_an_enclave_of_one_commune_in_another_stays_a_hole(tmp_path, no_reference_areas):
    frame = hexagons()
    outer, inner = (frame.index[frame["nis"] == code][0] for code in ("84077", "84043"))
    enclave = frame.geometry[outer].centroid.buffer(2000)
    frame.loc[inner, "geometry"] = frame.geometry[inner].union(enclave)
    frame.loc[outer, "geometry"] = frame.geometry[outer].difference(enclave)
    boundaries = import_boundaries(written(frame, tmp_path), BEFORE, credit=CREDIT)
    kept = tmp_path / "kept.geojson"
    kept.write_text(boundaries_json(boundaries), encoding="utf-8")
    again = geopandas.read_file(kept).set_index("nis").geometry
    assert len(again["84077"].geoms[0].interiors) == 1
    assert again[again.index.isin([shape.code for shape in boundaries.communes])].is_valid_coverage()
    assert load_boundaries(kept) == boundaries
