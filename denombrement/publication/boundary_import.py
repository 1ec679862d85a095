"""From the producer's polygon file to the boundaries a campaign keeps.

Any file that geopandas reads and that carries NIS codes will do: Statbel's statistical sectors are dissolved into
communes, a file of communes is taken as it is, one of all Belgium is cut down to the province. What is wrong is refused
and named, never repaired in silence.
"""

from __future__ import annotations

import csv
import hashlib
import io
import tomllib
from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from denombrement.errors import DamagedInput, UsageProblem
from denombrement.publication.boundaries import PROJECTION, Boundaries
from denombrement.publication.shapes import Ring, Shape
from denombrement.publication.tiles import short_labels
from denombrement.reference import Commune, all_communes, arrondissements, communes_on, province

if TYPE_CHECKING:
    from geopandas import GeoDataFrame, GeoSeries
    from shapely import LinearRing
    from shapely.geometry.base import BaseGeometry

_POLYGONS = ("Polygon", "MultiPolygon")
_LISTED_CODES = 12


@cache
def _settings() -> dict[str, Any]:
    return tomllib.loads(_data("boundaries.toml"))


@cache
def _reference_areas() -> dict[str, float]:
    return {row["nis"]: float(row["area_km2"]) for row in csv.DictReader(io.StringIO(_data("areas.csv")))}


def _data(name: str) -> str:
    return (resources.files("denombrement.publication") / "data" / name).read_text(encoding="utf-8")


def import_boundaries(path: Path, on: date, *, credit: str, nis_column: str = "") -> Boundaries:
    """Check a polygon file and bring it to what maps need.

    The file must declare its coordinate system, hold exactly the communes of the date (44 until 1 December 2024, 43
    after; the two former communes are joined when the date is after their merger), neither overlap nor leave gaps,
    and have areas within 0.5 % of Statbel's where these are known (arrondissements, province, Bastogne 82039).

    Args:
        path: GeoPackage, GeoJSON, GeoParquet, Shapefile…, zipped or not.
        on: the date of the count.
        credit: what the licence asks to print under each map.
        nis_column: the column of NIS codes; found among the usual names when empty.

    Returns:
        Communes and dissolved arrondissements in EPSG:3812, simplified with shared borders kept shared.

    Raises:
        DamagedInput: PUB020 no coordinate system, PUB022 other communes, PUB023 overlaps or gaps, PUB024 areas, PUB025
            unreadable, PUB028 empty, invalid or non-polygon geometry.
        UsageProblem: PUB021, no column of NIS codes.
    """
    frame = _read(path)
    if frame.crs is None:
        raise DamagedInput("PUB020", where=path.name)
    column = _nis_column(list(frame.columns), nis_column)
    communes = _dissolved(_only_province(frame, column), on)
    _check_codes(communes.index, on)
    _check_coverage(communes.geometry, _settings()["gap_width_metres"])
    _check_areas(communes.geometry, on)
    light = communes.geometry.simplify_coverage(_settings()["tolerance_metres"])
    light = light.apply(_whole_metres)
    _check_coverage(light, 0)
    return Boundaries(
        on=on,
        communes=_shapes(light, short_labels()),
        arrondissements=_shapes(
            _by_arrondissement(light, on), {each.nis: each.name_fr for each in arrondissements()}
        ),
        credit=credit,
        source_sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        tolerance_metres=_settings()["tolerance_metres"],
    )


def _read(path: Path) -> GeoDataFrame:
    import geopandas

    try:
        if path.suffix.lower() in (".parquet", ".geoparquet"):
            return geopandas.read_parquet(path)
        return geopandas.read_file(path)
    # Each driver raises its own errors; whatever they say, the file is not readable as polygons.
    except Exception as error:
        raise DamagedInput("PUB025", where=path.name) from error


def _nis_column(columns: list[str], wanted: str) -> str:
    known = [wanted.lower()] if wanted else _settings()["nis_columns"]
    by_lower_case = {str(column).lower(): column for column in columns}
    found = next((by_lower_case[name] for name in known if name in by_lower_case), None)
    if found is None:
        raise UsageProblem("PUB021", known=", ".join(_settings()["nis_columns"]))
    return found


def _only_province(frame: GeoDataFrame, column: str) -> GeoDataFrame:
    """Rows of the province with their code as text, in EPSG:3812, geometries checked."""
    codes = frame[column].astype(str).str.strip().str.removesuffix(".0")
    prefixes = tuple(each.nis[:2] for each in arrondissements())
    kept = frame.assign(nis=codes)[codes.str.startswith(prefixes)][["nis", frame.geometry.name]]
    shapes = kept.geometry
    bad = int((~shapes.geom_type.isin(_POLYGONS) | shapes.is_empty | ~shapes.is_valid).sum())
    if bad:
        raise DamagedInput("PUB028", count=bad)
    return kept.set_geometry(shapes.force_2d()).to_crs(PROJECTION)


def _dissolved(frame: GeoDataFrame, on: date) -> GeoDataFrame:
    """One row per commune of the date; former communes go into the one that replaced them, never the other way."""
    successor = {each.nis: each.replaced_by for each in all_communes() if _merged_before(each, on)}
    joined = frame.assign(nis=[successor.get(code, code) for code in frame["nis"]])
    return joined.dissolve(by="nis").sort_index()


def _merged_before(commune: Commune, on: date) -> bool:
    return commune.replaced_by is not None and not commune.valid_on(on) and commune.valid_from <= on


def _check_codes(codes: Iterable[str], on: date) -> None:
    expected, found = {each.nis for each in communes_on(on)}, set(codes)
    if expected != found:
        raise DamagedInput(
            "PUB022", date=on.isoformat(), missing=_listed(expected - found), extra=_listed(found - expected)
        )


def _listed(codes: Iterable[str]) -> str:
    ordered = sorted(codes)
    more = " …" if len(ordered) > _LISTED_CODES else ""
    return ", ".join(ordered[:_LISTED_CODES]) + more or "–"


def _check_coverage(shapes: GeoSeries, gap_width_metres: float) -> None:
    """No overlap, no narrow gap, no hole inside the province, which has no enclave."""
    faults = shapes.invalid_coverage_edges(gap_width=gap_width_metres)
    at_fault = {str(code) for code, edge in faults.items() if not edge.is_empty}
    at_fault |= {str(code) for code, valid in shapes.is_valid.items() if not valid}
    whole = shapes.union_all()
    holes = any(len(part.interiors) > 0 for part in getattr(whole, "geoms", [whole]))
    if at_fault or holes:
        raise DamagedInput("PUB023", count=len(at_fault), codes=_listed(at_fault))


def _check_areas(shapes: GeoSeries, on: date) -> None:
    found = {str(code): float(area) / 1e6 for code, area in shapes.area.items()}
    for each in communes_on(on):
        for above in (each.arrondissement_nis, province().nis):
            found[above] = found.get(above, 0.0) + found[each.nis]
    limit = _settings()["area_limit_percent"]
    for code, reference in _reference_areas().items():
        gap = abs(found.get(code, reference) / reference - 1) * 100
        if gap > limit:
            raise DamagedInput("PUB024", territory=code, gap_percent=round(gap, 2), limit_percent=limit)


def _by_arrondissement(shapes: GeoSeries, on: date) -> GeoSeries:
    above = {each.nis: each.arrondissement_nis for each in communes_on(on)}
    return shapes.to_frame("geometry").dissolve(by=[above[code] for code in shapes.index]).geometry


def _whole_metres(shape: BaseGeometry) -> BaseGeometry:
    from shapely import transform

    return transform(shape, lambda points: points.round())


def _shapes(shapes: GeoSeries, labels: dict[str, str]) -> tuple[Shape, ...]:
    return tuple(_shape(str(code), geometry, labels[str(code)]) for code, geometry in shapes.items())


def _shape(code: str, geometry: BaseGeometry, label: str) -> Shape:
    from shapely import maximum_inscribed_circle, orient_polygons

    parts = sorted(getattr(geometry, "geoms", [geometry]), key=lambda part: -part.area)
    rings: list[Ring] = []
    for part in parts:
        turned = orient_polygons(part, exterior_cw=False)
        rings += [_ring(ring) for ring in (turned.exterior, *turned.interiors)]
    x, y = maximum_inscribed_circle(parts[0], tolerance=50).coords[0]
    return Shape(code, label, tuple(rings), (round(x), round(y)))


def _ring(ring: LinearRing) -> Ring:
    return tuple((float(x), float(y)) for x, y in ring.coords[:-1])


def fetch_boundary_file(address: str, sha256: str, folder: Path) -> Path:
    """Download the producer's file, once; it is kept under ``folder`` and its hash is checked each time.

    Args:
        address: where the producer publishes the file (https, or file for a copy at hand).
        sha256: the hash that the user was given or noted at the first download.
        folder: where the file is kept.

    Raises:
        DamagedInput: PUB027, the download failed or the file is another one.
    """
    import pooch

    name = Path(address).name
    try:
        return Path(pooch.retrieve(address, f"sha256:{sha256}", fname=name, path=folder, progressbar=False))
    except (OSError, ValueError) as error:
        raise DamagedInput("PUB027", where=name) from error
