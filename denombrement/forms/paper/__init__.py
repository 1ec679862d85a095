"""The paper form for teams without a computer: one sheet, two sides, tagged PDF."""

from denombrement.forms.paper.build import paper

__all__ = ["paper"]
