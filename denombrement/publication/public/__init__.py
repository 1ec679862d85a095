"""What may leave: planned tables, protected together, then maps, report and open data, behind a wall that is checked.

Everything here is made from :class:`denombrement.protection.tables.ProtectedTable`, and from facts about services and
communes that concern no person.
"""
