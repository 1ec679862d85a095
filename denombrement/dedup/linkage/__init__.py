"""Linkage of declarations on keyed tokens alone: who is one person, and how many persons there are, with an interval.

Import from the modules (``engine.link``, ``records.EncodedRecords``, ``constraints.Decisions``): they load compiled code
and are meant to be imported where they are used.
"""
