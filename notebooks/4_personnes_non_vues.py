# %% [markdown]
# # 4. Les personnes que personne n'a vues
#
# Un dénombrement voit ceux que les services voient. Quand plusieurs *systèmes* de services se recoupent, on peut parfois dire combien échappent à
# tous. Souvent, non : ce carnet montre d'abord un refus, puis ce que valent les méthodes quand la vérité est connue, enfin les communes qui n'ont pas
# participé. (Données synthétiques ; méthode : `docs/methods/estimation.md`.)

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from _atelier import BLEU, GRIS, ORANGE, VERT, allure, campagne, cite, titre

import denombrement as dn
from denombrement.estimation.assumptions import Answer, TickedAssumptions, assumptions
from denombrement.estimation.grouping import default_groupings
from denombrement.estimation.histories import histories_of_persons
from denombrement.estimation.linkage_error import MissedMatchRate
from denombrement.estimation.printing import beside_line, printed_lines, scenario_lines
from denombrement.estimation.refusals import Refused, StudyDesign
from denombrement.estimation.unseen import estimate_unseen

allure()
c = dn.open_campaign(campagne())

# %% [markdown]
# ## 1. Les recoupements de cette campagne
#
# Une liste est un système de services, choisi **avant** de voir un résultat (`denombrement estimate` l'inscrit au journal).

# %%
groupement = default_groupings()["five_systems"]
listes = c.histories("five_systems", draws=5)
noms = [systeme.label("fr") for systeme in groupement.systems]
pd.DataFrame(listes[0].overlaps.astype(int), index=noms, columns=noms)

# %% [markdown]
# ## 2. Peut-on estimer ?
#
# Une personne déclare le dessin de l'étude et répond de chaque hypothèse. Ici on suppose qu'elles tiennent toutes : restent les faits.

# %%
coche = TickedAssumptions({each.code: Answer.HOLDS for each in assumptions()}, "coordination du dénombrement", "2023-11-20")
for each in assumptions():
    print("☐", each.text("fr"))

# %%
dessin = StudyDesign(
    territory="province", unit="adult", categories=frozenset({"EL1", "EL2", "EL3", "EL5", "EL6", "unknown"}), grouping="five_systems",
    grouping_recorded_first=True, missed_matches=MissedMatchRate(2, 100, "contrôle de 100 personnes sur plusieurs listes (carnet 2)"),
)
resultat = estimate_unseen(listes, dessin, coche)
if isinstance(resultat, Refused):
    print("Refusé, pour ces raisons :")
    for raison in resultat.reasons:
        print("–", raison.text("fr"))
else:
    for ligne in printed_lines(resultat, "fr", published_count=round(resultat.seen)):
        print(ligne.text)

# %% [markdown]
# Un refus n'est pas un échec : avec des recoupements aussi petits, tout nombre serait une affirmation sur le modèle, pas sur les personnes.

# %% [markdown]
# ## 3. Quand la vérité est connue
#
# Quatre systèmes voient chacun 35, 25, 20 et 15 % de 1 400 personnes. Trois mondes : des listes indépendantes ; des personnes plus faciles à voir
# que d'autres ; un quart que personne ne peut atteindre. Les données ne disent pas dans lequel on est.

# %%
VRAI = 1400
hasard = np.random.default_rng(7)
chances = np.array([0.35, 0.25, 0.20, 0.15])


def monde(ecart: float, hors_d_atteinte: float):
    """Les listes d'un monde : écart des chances (logit) entre personnes, part hors d'atteinte."""
    logit = np.log(chances / (1 - chances)) + ecart * hasard.standard_normal((VRAI, 1))
    vue = hasard.random((VRAI, 4)) < 1 / (1 + np.exp(-logit))
    vue &= hasard.random((VRAI, 1)) >= hors_d_atteinte
    vues = pd.DataFrame(vue, columns=["cpas", "shelter_housing", "health", "street_justice"])
    return histories_of_persons(vues[vues.any(axis=1)])


mondes = {"listes indépendantes": monde(0, 0), "chances inégales": monde(1.0, 0), "un quart hors d'atteinte": monde(0, 0.25)}
quatre = StudyDesign(**{**dessin.__dict__, "grouping": "four_systems", "missed_matches": MissedMatchRate(0, 200, "monde simulé : aucun doublon")})
estimes = {nom: estimate_unseen([listes], quatre, coche) for nom, listes in mondes.items()}

fig, axe = plt.subplots(figsize=(9, 4))
place = 0
for nom, estime in estimes.items():
    rangs = estime.ranges
    for libelle, bas, haut, couleur in (
        ("modèles admissibles", rangs.models.lower, rangs.models.upper, BLEU),
        ("moyenne sur les graphes", rangs.averaging.lower, rangs.averaging.upper, VERT),
        ("borne de Chao", rangs.lower_bound.lower, rangs.lower_bound.upper, GRIS),
    ):
        axe.plot([bas, haut], [place, place], color=couleur, lw=6, solid_capstyle="butt", label=libelle if place < 3 else None)
        place += 1
    axe.plot([estime.seen] * 2, [place - 3.4, place - 0.6], color="#222", lw=2, label="personnes comptées" if place == 3 else None)
    axe.annotate(nom, (0, place - 2), (4, 0), xycoords=("axes fraction", "data"), textcoords="offset points", va="center", fontsize=9)
    place += 1
axe.axvline(VRAI, color=ORANGE, lw=2, ls="--", label="vérité")
axe.set_yticks([]); axe.invert_yaxis(); axe.set_xlim(300); axe.set_xlabel("personnes")
fig.legend(*axe.get_legend_handles_labels(), loc="outside lower center", ncols=5, fontsize=8)
titre(axe, "Trois mondes, mêmes méthodes : l'accord des modèles ne prouve rien")

# %% [markdown]
# Dans le troisième monde, tous les modèles s'accordent et tous se trompent : aucune barre ne contient la vérité. D'où les hypothèses, dont une
# personne répond, et ce qui est imprimé, dans cet ordre :

# %%
for ligne in printed_lines(estimes["listes indépendantes"], "fr", published_count=round(estimes["listes indépendantes"].seen)):
    print(f"{ligne.rank}. {ligne.text}")

# %% [markdown]
# ## 4. Les communes et les services absents
#
# Le chiffre est celui des communes participantes. Le reste est un scénario, jamais ajouté au dénombrement (`denombrement scenarios` les écrit).
# Les services muets des communes participantes ont le leur : ce que chacun saurait, et lui seul.

# %%
communes, services = c.scenarios(draws=5000)
scenarios = communes.result
faits = {"part": communes.participating, "all": communes.communes, "year": communes.year, "elsewhere": communes.elsewhere, "already": communes.already_counted}
lignes = [
    *scenario_lines(scenarios, "fr", about="communes", facts=faits),
    *scenario_lines(services.result, "fr", about="services", facts={"part": services.answered, "all": services.services}),
    beside_line("fr"),
]
for ligne in lignes:
    print(f"{ligne.rank}. {ligne.text}")

# %%
libelles = {"equal": "même taux", "half": "moitié du taux", "double": "double du taux"}
fig, axe = plt.subplots(figsize=(8, 2.6))
compte_ici = scenarios.participating.count
axe.axvline(compte_ici, color=ORANGE, lw=2)
axe.annotate(f"communes participantes : {compte_ici}", (compte_ici, -0.6), (4, 0), textcoords="offset points", color=ORANGE, va="bottom")
for rang, scenario in enumerate(scenarios.scenarios):
    entre = scenario.whole_area
    axe.plot([entre.lower, entre.upper], [rang, rang], color=GRIS, lw=6, solid_capstyle="butt")
    axe.plot(entre.point, rang, "o", color="#222", ms=5)
axe.set_yticks(range(3), [f"si les absentes ont {libelles[s.name].replace('même', 'le même').replace('moitié', 'la moitié').replace('double', 'le double')}" for s in scenarios.scenarios])
axe.set_ylim(2.5, -1); axe.set_xlabel("adultes, territoire entier (extrapolation)")
titre(axe, "Communes absentes : trois scénarios, à ne pas confondre avec le dénombrement"); cite(axe, c.persons)
