# %% [markdown]
# # 2. Qualité et dédoublonnage
#
# Sur une province inventée on sait qui est qui : on peut donc compter les erreurs du dédoublonnage, puis voir ce que ses seuils et les
# règles de conflit changent au total. (Données synthétiques.)

# %%
import json

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from _atelier import BLEU, FRANCAIS, GRAINE, ORANGE, allure, campagne, cite, titre, virgule

import denombrement as dn
from denombrement.synthetic import default_parameters, generate

allure()
dossier = campagne()
c = dn.open_campaign(dossier)
bilan = c.links.attrs["report"]

# %% [markdown]
# ## Contre la vérité
#
# Une paire de fiches d'une même personne est *retrouvée* si le dédoublonnage l'a réunie. **Précision** : part des paires réunies qui le
# devaient. **Rappel** : part des paires à réunir qui l'ont été. Les fiches mises de côté ne comptent pas.

# %%
def paires(frame, personne):
    """Paires de fiches d'une même personne."""
    ensemble = frame.merge(frame, on=personne, suffixes=("", "_2"))
    ensemble = ensemble[ensemble["fiche"] < ensemble["fiche_2"]]
    return set(zip(ensemble["fiche"], ensemble["fiche_2"]))


adultes_inventes = json.loads((dossier / "truth.json").read_text(encoding="utf-8"))["adults"]
province = generate(default_parameters(), adultes_inventes, GRAINE, c.settings.night)
fiches = c.declarations.assign(fiche=c.declarations["service"] + "/" + c.declarations["declaration_id"])[["fiche", "person"]]
vraies = province.declarations.assign(
    fiche=province.declarations["service_id"].astype(str) + "/" + province.declarations["declaration_id"].astype(str)
)[["fiche", "person_id"]]
ensemble = fiches.merge(vraies, on="fiche", how="inner")
assert len(ensemble) == len(fiches)
trouvees, a_trouver = paires(ensemble, "person"), paires(ensemble, "person_id")
communes_aux_deux = trouvees & a_trouver
precision, rappel = len(communes_aux_deux) / len(trouvees), len(communes_aux_deux) / len(a_trouver)
pd.DataFrame(
    {"paires": [len(a_trouver), len(trouvees), len(communes_aux_deux), "", ""], "part": ["", "", "", *(f"{100 * part:.1f} %".replace(".", ",") for part in (precision, rappel))]},
    index=["à réunir", "réunies", "réunies à raison", "précision", "rappel"],
)

# %% [markdown]
# ## Les quatre comptes
#
# Le code exact compte en trop dès qu'un nom est mal écrit ; le modèle donne un intervalle ; les seules dates de naissance donnent un
# contrôle indépendant, sur les fiches qui en ont une.

# %%
pd.Series(
    {
        "fiches": bilan["declarations"], "codes exacts": bilan["exact_codes"], "personnes (modèle)": bilan["persons"],
        "  borne basse": bilan["persons_low"], "  borne haute": bilan["persons_high"],
        "personnes vraies": ensemble["person_id"].nunique(),
        f"dates de naissance seules ({bilan['occupancy_declarations']} fiches)": round(bilan["occupancy_persons"]),
        "paires non tranchées": bilan["undecided_pairs"],
    }, name="nombre",
).to_frame()

# %% [markdown]
# ## Le seuil
#
# Réunir toutes les paires au-dessus d'une probabilité donnée, puis fermer par chaînes : le total bouge peu entre 0,2 et 0,9 si les paires sont
# nettes. Une pente raide dirait que le total dépend d'un choix.

# %%
def personnes_au_seuil(seuil):
    """Personnes si l'on réunit toutes les paires de probabilité au moins égale au seuil."""
    parent = {fiche: fiche for fiche in fiches["fiche"]}

    def racine(fiche):
        while parent[fiche] != fiche:
            parent[fiche] = parent[parent[fiche]]
            fiche = parent[fiche]
        return fiche

    for une, autre in c.links.loc[c.links["posterior"] >= seuil, ["first_id", "second_id"]].itertuples(index=False):
        parent[racine(une)] = racine(autre)
    return len({racine(fiche) for fiche in parent})


seuils = np.linspace(0.05, 0.99, 25)
totaux = [personnes_au_seuil(seuil) for seuil in seuils]
fig, axe = plt.subplots(figsize=(8, 3.4))
axe.axhspan(bilan["persons_low"], bilan["persons_high"], color=BLEU, alpha=0.12, lw=0)
axe.plot(seuils, totaux, color=BLEU, lw=2)
axe.axhline(ensemble["person_id"].nunique(), color=ORANGE, lw=1.5, ls="--")
axe.annotate("vérité", (0.99, ensemble["person_id"].nunique()), (0, -12), textcoords="offset points", color=ORANGE, ha="right")
axe.annotate("intervalle du modèle (95 %)", (0.98, bilan["persons_low"]), (0, 3), textcoords="offset points", color=BLEU, ha="right")
axe.set_xlabel("probabilité à partir de laquelle une paire est réunie"); axe.set_ylabel("personnes")
axe.yaxis.get_major_locator().set_params(integer=True); virgule(axe)
titre(axe, "Le total selon le seuil"); cite(axe, c.persons)

# %% [markdown]
# ## Ce qui pèse sur le total (tornade)
#
# Chaque barre va du total le plus bas au plus haut quand une seule chose change. Les règles de conflit ne changent pas qui est une personne, mais
# qui est *dans* le dénombrement.

# %%
total = c.provenance["adults"]
regles = {
    "la plus grave d'abord": ("most_severe",),
    "le registre du lieu d'abord": ("own_register", "exact_night", "person_present", "most_severe"),
    "la personne présente d'abord": ("person_present", "exact_night", "own_register", "most_severe"),
}
sous = {nom: dn.open_campaign(dossier, resolution=liste) for nom, liste in regles.items()}
selon_regle = [each.provenance["adults"] for each in sous.values()]
decalage = total - bilan["persons"]  # adultes comptés moins personnes déclarées : les hors-champ
barres = pd.DataFrame(
    [
        ("code exact au lieu du modèle", total, bilan["exact_codes"] + decalage),
        ("seuil de 0,2 à 0,9", personnes_au_seuil(0.2) + decalage, personnes_au_seuil(0.9) + decalage),
        ("intervalle du modèle (95 %)", *c.provenance["adults_interval"]),
        ("règles de conflit", min(*selon_regle, total), max(*selon_regle, total)),
    ], columns=["hypothèse", "bas", "haut"],
)
barres["étendue"] = barres["haut"] - barres["bas"]
barres = barres.sort_values("étendue")
fig, axe = plt.subplots(figsize=(8, 3))
axe.barh(barres["hypothèse"], barres["étendue"], left=barres["bas"], color=BLEU, height=0.55)
axe.axvline(total, color="#222", lw=1)
axe.annotate(f"dénombrement : {total}", (total, -0.5), (4, -2), textcoords="offset points", fontsize=9, va="top")
for ligne in barres.itertuples():
    axe.annotate(f"{ligne.bas}–{ligne.haut}", (ligne.haut, ligne.hypothèse), (4, 0), textcoords="offset points", va="center", fontsize=8)
axe.margins(y=0.2); axe.set_xlim(barres["bas"].min() - 8, barres["haut"].max() + 14); axe.set_xlabel("adultes"); titre(axe, "Sensibilité du total"); cite(axe, c.persons)

# %% [markdown]
# Les règles changent davantage les catégories que le total :

# %%
colonnes = {"règles de la campagne": c, **sous}
dn.labelled(
    pd.concat([each.counts()[["category", "count"]].set_index("category")["count"].rename(nom) for nom, each in colonnes.items()], axis=1).reset_index()
).rename(columns=FRANCAIS).set_index("catégorie")

# %% [markdown]
# ## Qui voit les mêmes personnes
#
# Part (%) des personnes vues par le type de service de la ligne que voit aussi celui de la colonne. C'est ce qui rend le dédoublonnage
# nécessaire, et ce que le carnet 4 demande pour estimer.

# %%
vus = dn.labelled(c.sightings, "fr")
table = pd.crosstab(vus["person"], vus["service_type"]).gt(0)
table = table.loc[:, table.sum() >= 5]
ordre = table.sum().sort_values(ascending=False).index
table = table[ordre].astype(int)
ensemble_vu = table.T @ table
part = (100 * ensemble_vu.div(np.diag(ensemble_vu), axis=0)).to_numpy(copy=True)
np.fill_diagonal(part, np.nan)
fig, axe = plt.subplots(figsize=(9, 7))
axe.imshow(part, cmap="Blues", vmin=0, vmax=60)
axe.set_xticks(range(len(ordre)), ordre, rotation=40, ha="right", fontsize=8)
axe.set_yticks(range(len(ordre)), [f"{nom} ({table[nom].sum()})" for nom in ordre], fontsize=8)
for i, j in np.ndindex(part.shape):
    if not np.isnan(part[i, j]) and part[i, j] >= 0.5:
        axe.text(j, i, f"{part[i, j]:.0f}", ha="center", va="center", fontsize=8, color="white" if part[i, j] > 35 else "#222")
for cote in axe.spines.values():
    cote.set_visible(False)
axe.tick_params(length=0); titre(axe, "Personnes communes entre types de service (% de la ligne)"); cite(axe, c.persons)
