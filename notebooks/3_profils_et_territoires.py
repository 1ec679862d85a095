# %% [markdown]
# # 3. Profils et territoires
#
# Qui sont les personnes, et où. Chaque figure dit sur combien de personnes elle repose : une question sans réponse n'est pas un « non ».
# (Données synthétiques, chiffres exacts : à garder dans l'équipe.)

# %%
import textwrap

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from _atelier import BLEU, ORANGE, allure, barres, campagne, cite, titre, virgule

import denombrement as dn
from denombrement.estimation.intervals import garwood
from denombrement.reference import any_commune, arrondissements, nearest_population_year, population_sum

allure()
c = dn.open_campaign(campagne())
personnes = dn.labelled(c.persons, "fr")
n = len(personnes)

# %% [markdown]
# ## Âge et sexe

# %%
croise = dn.labelled(c.counts(["age_band", "sex"]), "fr").pivot(index="age_band", columns="sex", values="count")
fig, axe = plt.subplots(figsize=(8, 3.6))
axe.barh(range(len(croise)), -croise["Femme"], color=ORANGE, height=0.7, label="Femmes")
axe.barh(range(len(croise)), croise["Homme"], color=BLEU, height=0.7, label="Hommes")
for place, (femmes, hommes) in enumerate(zip(croise["Femme"], croise["Homme"])):
    axe.text(-femmes - 1, place, femmes, ha="right", va="center", fontsize=9)
    axe.text(hommes + 1, place, hommes, ha="left", va="center", fontsize=9)
axe.set_yticks(range(len(croise)), croise.index); axe.set_xticks([]); axe.spines["bottom"].set_visible(False)
axe.axvline(0, color="#222", lw=0.8); axe.margins(x=0.1); axe.legend(loc="upper right")
autres = int(n - croise["Femme"].sum() - croise["Homme"].sum())
titre(axe, f"{n} adultes par âge et sexe ({autres} d'un autre sexe ou inconnu)"); cite(axe, c.persons)

# %% [markdown]
# ## Depuis combien de temps

# %%
duree = dn.labelled(c.counts(["duration", "category"]), "fr").pivot(index="category", columns="duration", values="count")
duree = duree[duree.sum(axis=1) > 0]
connus = duree.drop(columns=["Inconnu"])
part = 100 * connus.div(connus.sum(axis=1), axis=0)
couleurs = plt.get_cmap("Blues")(np.linspace(0.2, 0.95, part.shape[1]))
fig, axe = plt.subplots(figsize=(9, 4))
gauche = np.zeros(len(part))
for couleur, nom in zip(couleurs, part.columns):
    axe.barh(range(len(part)), part[nom], left=gauche, color=couleur, height=0.7, label=nom)
    gauche += part[nom].to_numpy()
axe.set_yticks(range(len(part)), [f"{nom} ({int(connus.loc[nom].sum())})" for nom in part.index]); axe.invert_yaxis()
axe.set_xlabel("% des personnes dont la durée est connue (leur nombre entre parenthèses)")
fig.legend(*axe.get_legend_handles_labels(), loc="outside lower center", ncols=4, fontsize=8)
titre(axe, "Durée sans chez-soi, par catégorie")

# %% [markdown]
# ## Santé, revenus, parcours, raisons
#
# Plusieurs réponses sont possibles : les parts ne s'additionnent pas. Le dénominateur est le nombre de personnes dont on sait quelque chose.

# %%
fig, axes = plt.subplots(2, 2, figsize=(11, 7.5))
for axe, question in zip(axes.flat, ["health", "income", "institutions", "reasons"]):
    reponses = c.answers(question)
    connues = reponses.dropna()
    part = (100 * connues.mean()).astype(float).sort_values(ascending=False)
    noms = [dn.code_label(question, code, "fr") for code in part.index]
    axe.barh(range(len(part)), part, color=BLEU, height=0.7)
    for place, valeur in enumerate(part):
        axe.text(valeur + 0.6, place, f"{valeur:.0f}", va="center", fontsize=8)
    axe.set_yticks(range(len(part)), [nom if len(nom) < 44 else nom[:42] + "…" for nom in noms], fontsize=8); axe.invert_yaxis(); axe.set_xticks([])
    axe.spines["bottom"].set_visible(False); axe.margins(x=0.12)
    axe.set_title(f"{textwrap.fill(dn.column_label(question, 'fr'), 46)}\n({len(connues)} personnes sur {n}, %)", fontsize=9, loc="left")

# %% [markdown]
# ## Où
#
# Taux pour 1 000 habitants **des communes qui ont participé**, avec l'intervalle de Garwood : il décrit le hasard du processus, pas un sondage, et
# ne couvre ni les personnes non vues ni les communes absentes.

# %%
annee = nearest_population_year(c.settings.night.year).used
communes = c.geometry("commune")
participantes = c.communes[c.communes["participation"].isin(["answered", "zero"])]
adultes_de = dict(zip(participantes["territory"].astype(str), participantes["adults"]))
lignes = []
for arrondissement in arrondissements():
    ici = [nis for nis in communes["territory"] if any_commune(nis).arrondissement_nis == arrondissement.nis and nis in adultes_de]
    # Bastogne et Bertogne n'ont qu'une population commune depuis leur fusion.
    if {"82003", "82005"} & set(ici) and not {"82003", "82005"} <= set(ici):
        ici = sorted({*ici, "82003", "82005"})
    habitants = population_sum(ici, annee)
    adultes = sum(adultes_de.get(nis, 0) for nis in ici)
    entre = garwood(adultes)
    lignes.append((arrondissement.name("fr"), adultes, habitants, *(1000 * x / habitants for x in (adultes, entre.lower, entre.upper)), len(ici)))
taux = pd.DataFrame(lignes, columns=["arrondissement", "adultes", "habitants", "pour 1 000", "bas", "haut", "communes"]).set_index("arrondissement")
fig, axe = plt.subplots(figsize=(8, 2.8))
axe.errorbar(taux["pour 1 000"], range(len(taux)), xerr=[taux["pour 1 000"] - taux["bas"], taux["haut"] - taux["pour 1 000"]], fmt="o", color=BLEU, capsize=4)
axe.set_yticks(range(len(taux)), [f"{nom} ({int(a)})" for nom, a in taux["adultes"].items()])
axe.invert_yaxis(); axe.set_xlim(left=0); virgule(axe); axe.set_xlabel(f"adultes pour 1 000 habitants des communes participantes (population {annee})")
titre(axe, "Taux par arrondissement de la nuit, intervalles à 95 %"); cite(axe, c.persons)
taux.round(2)

# %% [markdown]
# ## La nuit et le service
#
# Une personne dort dans une commune et est connue dans une autre. Les services sont dans les villes : un tableau « par service » ne dit pas où sont
# les personnes.

# %%
arr_de = {nis: any_commune(nis).arrondissement_nis for nis in communes["territory"]}
noms = {each.nis: each.name("fr") for each in arrondissements()}
nuit = c.persons["territory"].astype(str).map(arr_de).map(noms).fillna("ailleurs ou inconnu")
service = c.persons["service_territory"].astype(str).map(arr_de).map(noms).fillna("ailleurs ou inconnu")
ensemble = pd.crosstab(nuit.rename("nuit"), service.rename("service"))
print(f"{100 * (nuit != service).mean():.0f} % des adultes sont connus d'abord dans un autre arrondissement que celui de leur nuit.")
ensemble

# %% [markdown]
# ## Les enfants
#
# *Avec* leur parent la nuit du dénombrement (direct), ou mineurs d'un parent sans chez-soi qui dorment ailleurs (indirect).

# %%
enfants = pd.concat(
    [dn.labelled(c.counts(["category"], mesure), "fr").set_index("category")["count"].rename(nom)
     for mesure, nom in (("adults", "adultes"), ("children", "enfants avec eux"), ("children_indirect", "enfants ailleurs"))], axis=1
).rename_axis("catégorie")
fig, axe = plt.subplots(figsize=(8, 3.6))
barres(axe, enfants.index, enfants["enfants avec eux"], couleur=ORANGE)
titre(axe, "Enfants qui partagent la situation de leur parent"); cite(axe, c.persons)
enfants
