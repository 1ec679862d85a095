"""The panels of published comparisons, kept in the store: later releases must know what readers have."""

from __future__ import annotations

from denombrement.intake.store import Store
from denombrement.library.panels import Panel

_PANELS = "CREATE TABLE IF NOT EXISTS panels (other VARCHAR, communes VARCHAR[], services VARCHAR[])"


def kept_panels(store: Store) -> tuple[Panel, ...]:
    """Panels of comparisons made before, oldest first."""
    if not store.rows("SELECT 1 FROM information_schema.tables WHERE table_name = 'panels'"):
        return ()
    rows = store.rows("SELECT other, communes, services FROM panels ORDER BY rowid")
    return tuple(Panel(str(other), tuple(communes), tuple(services)) for other, communes, services in rows)


def keep_panel(store: Store, panel: Panel) -> bool:
    """Adds a panel, with a line in the journal; whether it is new."""
    if panel in kept_panels(store):
        return False
    with store.act("compare_panel") as facts:
        store.rows(_PANELS)
        row = [panel.other, list(panel.communes), list(panel.services)]
        store.rows("INSERT INTO panels VALUES (?, ?, ?)", row)
        facts.update({"panel": panel.dimension, "communes": len(panel.communes)})
        facts["services"] = len(panel.services)
    return True


def drop_panel(store: Store, panel: Panel) -> None:
    """Takes a panel out that could not be protected: nobody has seen it."""
    with store.act("compare_panel_dropped") as facts:
        row = [panel.other, list(panel.communes), list(panel.services)]
        store.rows("DELETE FROM panels WHERE other = ? AND communes = ? AND services = ?", row)
        facts["panel"] = panel.dimension
