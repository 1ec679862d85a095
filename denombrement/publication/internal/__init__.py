"""Tables, maps and a report for the team: exact figures, marked as internal, never to be published."""

from denombrement.publication.internal.maps import internal_maps
from denombrement.publication.internal.report import internal_report
from denombrement.publication.internal.tables import internal_tables

__all__ = ["internal_maps", "internal_report", "internal_tables"]
