# %% [markdown]
# # 1. Un dénombrement, des envois à la carte
#
# Une province inventée envoie ses fiches scellées ; à la fin, des personnes sur une carte. Tout ce qui suit est **synthétique** :
# aucun nom, aucune date, aucun chiffre n'est d'une personne réelle. La vérité est connue, et le carnet s'y compare.

# %%
import json

import matplotlib.pyplot as plt
from _atelier import FRANCAIS, GRIS, ORANGE, allure, barres, campagne, cite, origine, titre

import denombrement as dn

allure()
dossier = campagne()
c = dn.open_campaign(dossier)
origine(c.provenance)

# %% [markdown]
# ## Ce qui est arrivé
#
# Un silence n'est pas un zéro : un service qui n'a rencontré personne l'a dit, un service muet n'a rien dit.

# %%
reponses = c.services["answer"].value_counts()
noms = {"answered": "a répondu", "zero": "n'a rencontré personne", "promised": "a promis", "refused": "a refusé", "silent": "se tait"}
resume = c.summary()
print(f"{len(c.declarations)} fiches valides, {resume['quarantined']} mises de côté, {resume['merged']} de moins après dédoublonnage")
print(f"{resume['communes_participating']} communes sur {resume['communes_total']} ont participé")
reponses.rename(index=noms).rename("services").rename_axis(None).to_frame()

# %% [markdown]
# ## Des fiches aux personnes
#
# Le total vient avec son intervalle : les paires que le dédoublonnage ne tranche pas peuvent être une ou deux personnes.

# %%
verite = json.loads((dossier / "truth.json").read_text(encoding="utf-8"))
par_code = verite["exact_code"]["adults"]
fig, axe = plt.subplots(figsize=(8, 2.6))
barres(axe, ["Fiches", "Codes exacts", "Dénombrement", "Vérité"],
       [len(c.declarations), par_code, resume["adults"], verite["adults"]],
       [len(c.declarations), par_code, resume["adults_low"], verite["adults"]],
       [len(c.declarations), par_code, resume["adults_high"], verite["adults"]])
axe.patches[0].set_color(GRIS); axe.patches[1].set_color(GRIS); axe.patches[3].set_color(ORANGE)
titre(axe, "Adultes : du nombre de fiches au nombre de personnes")
axe.set_xlabel("adultes (pour les fiches : fiches)")
cite(axe, c.persons)

# %% [markdown]
# ## Où la nuit a été passée

# %%
adultes = dn.labelled(c.counts(["category"]), "fr")
enfants = c.counts(["category"], "children")
fig, axe = plt.subplots()
barres(axe, adultes["category"], adultes["count"], adultes["low"], adultes["high"])
titre(axe, "Adultes par catégorie ETHOS Light, avec l'intervalle du dédoublonnage (95 %)")
cite(axe, adultes)
adultes.assign(enfants=enfants["count"]).rename(columns=FRANCAIS).set_index("catégorie")

# %% [markdown]
# ## Sur la carte
#
# Une commune qui n'a pas participé est hachurée : elle n'est jamais un zéro (quelqu'un a pu y dormir et être vu ailleurs). La carte du carnet est **exacte, donc interne** ; ce qui se
# publie passe par `denombrement protect`, puis `denombrement map`.

# %%
arrondissements = c.geometry("arrondissement")
communes = c.geometry("commune")
nombres = c.counts(["territory"], margins=True).set_index("territory")["count"]
ont_participe = c.communes.loc[c.communes["participation"].isin(["answered", "zero"]), "territory"]
muettes = ~communes["territory"].isin(ont_participe)
arrondissements["adultes"] = arrondissements["territory"].map(nombres).astype(int)
fig, axe = plt.subplots(figsize=(6, 7))
arrondissements.plot(ax=axe, column="adultes", cmap="Blues", vmin=0, edgecolor="none", alpha=0.9)
communes.plot(ax=axe, facecolor="none", edgecolor="white", linewidth=0.6)
communes[muettes].plot(ax=axe, facecolor="#f2f2f2", edgecolor="#999", hatch="////", linewidth=0.4)
arrondissements.plot(ax=axe, facecolor="none", edgecolor="#333", linewidth=1.2)
for ligne in arrondissements.itertuples():
    ou = ligne.geometry.representative_point()
    axe.annotate(f"{ligne.label}\n{ligne.adultes}", (ou.x, ou.y), ha="center", va="center", fontsize=10, fontweight="bold",
                 bbox={"boxstyle": "round,pad=0.25", "facecolor": "white", "edgecolor": "none", "alpha": 0.85})
axe.set_axis_off()
titre(axe, "Adultes par arrondissement de la nuit (hachuré : n'a pas participé)")
cite(axe, adultes)

# %% [markdown]
# Chaque tableau sait d'où il vient : `attrs` garde la campagne, l'empreinte du journal, la version, la méthode et l'intervalle.

# %%
origine(adultes.attrs)
