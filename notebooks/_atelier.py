"""Ce que les carnets partagent : une campagne inventée, et des figures d'une même allure."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd

from denombrement.cli.main import run

PERSONNES = int(os.environ.get("DENOMBREMENT_PERSONNES", "800"))
GRAINE = 2023
BLEU, ORANGE, GRIS, VERT = "#1f5a8a", "#c8622b", "#8a8f98", "#3f7d5a"


def commande(*arguments: object, attendus: tuple[int, ...] = (0, 3)) -> str:
    """Lance une commande de denombrement et rend ce qu'elle dit."""
    dit = io.StringIO()
    with contextlib.redirect_stdout(dit), contextlib.redirect_stderr(io.StringIO()):
        code = run(["--lang", "fr", *(str(each) for each in arguments)])
    if code not in attendus:
        message = f"denombrement {arguments[0]} : code {code}\n{dit.getvalue()}"
        raise RuntimeError(message)
    return dit.getvalue()


def campagne() -> Path:
    """Le dossier d'une campagne inventée : celui de DENOMBREMENT_CAMPAGNE, sinon un nouveau, fait par « demo »."""
    donne = os.environ.get("DENOMBREMENT_CAMPAGNE")
    if donne:
        return Path(donne)
    dossier = Path(tempfile.mkdtemp()) / "campagne"
    commande("demo", "--out", dossier, "--persons", PERSONNES, "--seed", GRAINE)
    return dossier


def allure() -> None:
    """Des figures sobres, lisibles une fois imprimées."""
    mpl.rcParams.update(
        {
            "figure.figsize": (8, 4.2), "figure.dpi": 110, "figure.constrained_layout.use": True, "font.size": 10,
            "axes.spines.top": False, "axes.spines.right": False, "axes.titleweight": "bold", "axes.titlesize": 11,
            "axes.titlelocation": "left", "axes.axisbelow": True, "axes.grid": False, "legend.frameon": False,
        }
    )  # fmt: skip
    pd.set_option("display.max_columns", 20, "display.width", 120, "display.float_format", lambda x: f"{x:.2f}".replace(".", ","))


def barres(axe: plt.Axes, noms, valeurs, bas=None, haut=None, couleur=BLEU) -> None:
    """Barres horizontales, la première en haut, avec valeurs et intervalles."""
    places = range(len(noms))
    axe.barh(places, valeurs, color=couleur, height=0.68)
    fin = list(valeurs)
    if bas is not None and haut is not None:
        ecarts = [[v - b for v, b in zip(valeurs, bas)], [h - v for v, h in zip(valeurs, haut)]]
        axe.errorbar(valeurs, places, xerr=[[max(0, e) for e in cote] for cote in ecarts], fmt="none", ecolor="#222", lw=1, capsize=3)
        fin = [max(v, h) for v, h in zip(valeurs, haut)]
    for place, valeur, bout in zip(places, valeurs, fin):
        axe.annotate(f"{valeur:,}".replace(",", "\u202f"), (bout, place), (5, 0), textcoords="offset points", va="center", fontsize=9)
    axe.set_yticks(list(places), [str(nom) for nom in noms])
    axe.invert_yaxis()
    axe.margins(x=0.12)


def cite(axe: plt.Axes, tableau: pd.DataFrame) -> None:
    """Sous la figure : d'où viennent les chiffres."""
    faits = tableau.attrs
    source = f"Données synthétiques, campagne {faits['campaign']}, nuit du {faits['night']}, journal {faits['journal_head'][:8]}, version {faits['version']}."
    axe.figure.supxlabel(source, fontsize=7, color=GRIS, x=0.01, ha="left")


def titre(axe: plt.Axes, texte: str) -> None:
    """Le titre, au bord gauche de la figure entière."""
    axe.figure.suptitle(texte, x=0.01, ha="left", fontweight="bold", fontsize=11)


def virgule(axe: plt.Axes) -> None:
    """La virgule décimale sur l'axe horizontal."""
    axe.xaxis.set_major_formatter(lambda x, _: f"{x:.1f}".replace(".", ","))


PROVENANCE = {
    "campaign": "campagne", "night": "nuit", "journal_head": "tête du journal (SHA-256)", "journal_entries": "lignes du journal",
    "version": "version", "method": "méthode de dédoublonnage", "resolution": "règles de conflit", "adults": "adultes",
    "adults_interval": "intervalle des adultes (95 %)", "communes_participating": "communes participantes", "communes_total": "communes",
    "dimensions": "dimensions", "measure": "mesure", "unit": "unité", "not_counted": "communes sans chiffre", "language": "langue",
}  # fmt: skip


def origine(faits: dict) -> pd.DataFrame:
    """Les faits de provenance, un par ligne, avec leur nom dans « attrs »."""
    valeurs = [", ".join(map(str, v)) if isinstance(v, list | tuple) else str(v) for v in faits.values()]
    return pd.DataFrame({"clé": list(faits), "valeur": valeurs}, index=[PROVENANCE[nom] for nom in faits])


def discret(nombre: int) -> str:
    """Un nombre à montrer : de 1 à 4, il désignerait quelqu'un."""
    return "1–4" if 0 < nombre < 5 else f"{nombre:,}".replace(",", "\u202f")


def fourchette(bas: int, haut: int) -> str:
    """De la borne basse à la borne haute, petits nombres cachés."""
    return discret(bas) if bas == haut else f"de {discret(bas)} à {discret(haut)}"


FRANCAIS = {"category": "catégorie", "count": "adultes", "low": "borne basse", "high": "borne haute"}
