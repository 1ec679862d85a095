# %% [markdown]
# # 6. Qui pourrait être aidé ?
#
# Un dénombrement sert à décider. Ce carnet cherche, parmi les personnes comptées, celles que des réponses connues pourraient concerner : le
# *Housing First*, l'habitat permanent et les campings, les sorties d'institution, les enfants.
#
# Deux précautions. **Une réponse qui manque n'est pas un « non »** : chaque nombre vient avec une borne basse (tout ce qu'on ignore est
# « non ») et une borne haute (tout ce qu'on ignore est « oui »). **Un petit nombre désigne quelqu'un** : de 1 à 4 personnes, le carnet écrit « 1–4 ».
# Cela ne suffit pas pour publier, car un total permet de retrouver ce qui est caché : ce qui sort passe par `denombrement protect`.
# (Données synthétiques. Une fiche n'est pas une demande : personne n'a été interrogé sur ce qu'il souhaite.)

# %%
import matplotlib.pyplot as plt
import pandas as pd
from _atelier import BLEU, GRIS, ORANGE, allure, campagne, cite, discret, fourchette, titre

import denombrement as dn

allure()
c = dn.open_campaign(campagne())
personnes = c.persons.set_index("person")
n = len(personnes)


def parmi(colonne: str, *codes: str) -> pd.Series:
    """Vrai, faux, ou vide quand personne ne sait."""
    reponse = personnes[colonne]
    return reponse.isin(codes).astype("boolean").mask(reponse.isna())


def bornes(critere: pd.Series) -> tuple[int, int]:
    """Personnes sûres, puis personnes possibles."""
    return int(critere.fillna(False).sum()), int(critere.fillna(True).sum())


# %% [markdown]
# ## Housing First
#
# Le programme donne d'abord un logement, puis l'accompagnement, à des personnes longtemps sans chez-soi qui cumulent les difficultés. Ici :
#
# 1. **sans chez-soi** : hors la menace d'expulsion, où la personne a encore son logement ;
# 2. **deux ans ou plus** sans chez-soi ;
# 3. un besoin d'**assuétude** ou de **santé mentale** ;
# 4. des **droits qui peuvent être ouverts** : nationalité belge, ou séjour permanent ou temporaire. Une procédure en cours ou une nationalité européenne
#    sans titre connu reste un « je ne sais pas » ; sans titre de séjour, non.
#
# Ce sont *nos* critères pour compter, pas la règle d'admission d'un service. Les changer est une ligne.

# %%
sante = c.answers("health").reindex(personnes.index)
sans_chez_soi = ~parmi("category", "BE7").mask(personnes["category"] == "unknown")
longtemps = parmi("duration", "two_to_five_years", "over_five_years")
besoin = sante["addiction"] | sante["mental_health"]
belge = parmi("nationality", "belgian")
titre_ouvrant = parmi("residence_status", "permanent", "temporary").mask(personnes["residence_status"] == "in_procedure")
droits = belge | titre_ouvrant
etapes = {
    "adultes comptés": sans_chez_soi | True,
    "sans chez-soi": sans_chez_soi,
    "depuis deux ans ou plus": sans_chez_soi & longtemps,
    "assuétude ou santé mentale": sans_chez_soi & longtemps & besoin,
    "droits à ouvrir": sans_chez_soi & longtemps & besoin & droits,
}
housing_first = etapes["droits à ouvrir"]
bas, haut = zip(*(bornes(critere) for critere in etapes.values()))
fig, axe = plt.subplots(figsize=(9, 3.4))
rangs = range(len(etapes))
axe.barh(rangs, haut, color="#bcd0e2", height=0.62, label="possibles, si ce qu'on ignore est « oui »")
axe.barh(rangs, bas, color=BLEU, height=0.62, label="sûres, d'après les réponses connues")
for rang, (moins, plus) in enumerate(zip(bas, haut)):
    axe.annotate(fourchette(moins, plus), (plus, rang), (5, 0), textcoords="offset points", va="center", fontsize=9)
axe.set_yticks(rangs, etapes); axe.invert_yaxis(); axe.margins(x=0.14); axe.set_xlabel("adultes (chaque ligne ajoute un critère)")
axe.legend(loc="lower right", fontsize=8)
titre(axe, "Housing First : de tous les adultes à ceux qui pourraient y entrer"); cite(axe, c.persons)

# %% [markdown]
# L'écart entre les deux bornes est fait de questions sans réponse. Voici lesquelles :

# %%
criteres = {"sans chez-soi": sans_chez_soi, "deux ans ou plus": longtemps, "assuétude ou santé mentale": besoin, "droits à ouvrir": droits}
pd.DataFrame(
    {
        "oui": [discret(int((each == True).sum())) for each in criteres.values()],  # noqa: E712
        "non": [discret(int((each == False).sum())) for each in criteres.values()],  # noqa: E712
        "on ne sait pas": [discret(int(each.isna().sum())) for each in criteres.values()],
    }, index=pd.Index(criteres, name=f"critère ({n} adultes)"),
)

# %% [markdown]
# ### Si les critères changent
#
# Le choix des critères pèse plus que le hasard : le montrer vaut mieux que d'en défendre un.

# %%
un_an = parmi("duration", "one_to_two_years", "two_to_five_years", "over_five_years")
tout_besoin = besoin | sante["chronic_illness"] | sante["physical_disability"] | sante["intellectual_disability"]
procedure = belge | parmi("residence_status", "permanent", "temporary", "in_procedure")
autres = {
    "nos critères": housing_first,
    "un an au lieu de deux": sans_chez_soi & un_an & besoin & droits,
    "tout problème de santé ou handicap": sans_chez_soi & longtemps & tout_besoin & droits,
    "assuétude et santé mentale ensemble": sans_chez_soi & longtemps & (sante["addiction"] & sante["mental_health"]) & droits,
    "procédures de séjour comprises": sans_chez_soi & longtemps & besoin & procedure,
    "sans condition de droits": sans_chez_soi & longtemps & besoin,
}
fig, axe = plt.subplots(figsize=(9, 3))
for rang, critere in enumerate(autres.values()):
    moins, plus = bornes(critere)
    axe.plot([moins, plus], [rang, rang], color=ORANGE if rang == 0 else GRIS, lw=7, solid_capstyle="butt")
    axe.annotate(fourchette(moins, plus), (plus, rang), (6, 0), textcoords="offset points", va="center", fontsize=9)
axe.set_yticks(range(len(autres)), autres); axe.invert_yaxis(); axe.set_xlim(left=0); axe.margins(x=0.14)
axe.set_xlabel("adultes, de la borne basse à la borne haute")
titre(axe, "Combien de personnes, selon les critères"); cite(axe, c.persons)

# %% [markdown]
# ### Où elles ont dormi

# %%
def par(colonne: str, critere: pd.Series) -> pd.DataFrame:
    """Bornes du critère par code d'une colonne, petits nombres cachés ; les codes où personne n'est possible sont laissés."""
    groupes = dn.labelled(personnes[[colonne]], "fr")[colonne]
    lignes = {
        nom: (*bornes(critere[groupes == nom]), int((groupes == nom).sum()))
        for nom in groupes.cat.categories if (groupes == nom).any()
    }
    tableau = pd.DataFrame.from_dict(lignes, orient="index", columns=["au moins", "au plus", "adultes comptés"])
    tableau = tableau[tableau["au plus"] > 0]
    return tableau.map(discret).rename_axis(dn.column_label(colonne, "fr"))


par("category", housing_first)

# %% [markdown]
# ## Habitat permanent et campings
#
# Vivre toute l'année dans un parc résidentiel ou un camping ne se voit pas. Ces personnes sont comptées dans la catégorie 5 (logement non
# conventionnel) quand c'est **faute de logement**. La règle officielle n'est pas connue : on les donne donc à part. Le lieu précis n'est demandé
# qu'à certaines situations ; où il manque, la borne haute le suppose.

# %%
lieux = {
    "permanent_holiday_park": "habitat permanent (parc résidentiel)", "campsite": "camping", "caravan": "caravane, mobile home (ailleurs)", "cabin": "cabane, chalet",
}
non_conventionnel = personnes["category"] == "EL5"
lieu_inconnu = non_conventionnel & personnes["place_detail"].isna()
fig, axe = plt.subplots(figsize=(9, 2.6))
for rang, code in enumerate(lieux):
    surs = int((personnes["place_detail"] == code).sum())
    possibles = surs + int(lieu_inconnu.sum())
    axe.barh(rang, possibles, color="#bcd0e2", height=0.62); axe.barh(rang, surs, color=BLEU, height=0.62)
    axe.annotate(fourchette(surs, possibles), (possibles, rang), (5, 0), textcoords="offset points", va="center", fontsize=9)
axe.set_yticks(range(len(lieux)), lieux.values()); axe.invert_yaxis(); axe.margins(x=0.14); axe.xaxis.get_major_locator().set_params(integer=True)
axe.set_xlabel(f"adultes (clair : lieu inconnu pour {discret(int(lieu_inconnu.sum()))} des {int(non_conventionnel.sum())} de la catégorie 5)")
titre(axe, "Logements non conventionnels : où exactement"); cite(axe, c.persons)

# %%
habitat = personnes["place_detail"].isin(["permanent_holiday_park", "campsite"])
groupe, reste = personnes[habitat], personnes[~habitat]


def part(tableau: pd.DataFrame, colonne: str, *codes: str) -> str:
    """Part de ceux dont on sait, avec leur nombre ; rien sur moins de dix personnes."""
    connus = tableau[colonne].dropna()
    return "trop peu de réponses" if len(connus) < 10 else f"{100 * connus.isin(codes).mean():.0f} % de {len(connus)}"


lignes = {
    "50 ans et plus": ("age_band", "from_50_to_59", "from_60"),
    "femmes": ("sex", "woman"),
    "avec enfant(s)": ("household", "with_children", "couple_with_children"),
    "depuis deux ans ou plus": ("duration", "two_to_five_years", "over_five_years"),
    "en contact avec un CPAS": ("cpas_contact", "yes"),
}
pd.DataFrame(
    {f"habitat permanent et camping ({len(groupe)})": [part(groupe, *each) for each in lignes.values()],
     f"les autres adultes ({len(reste)})": [part(reste, *each) for each in lignes.values()]}, index=pd.Index(lignes, name="part de ceux dont on sait"),
)

# %% [markdown]
# Avec si peu de personnes, un écart de quelques points n'est rien : une personne de plus change la part de plusieurs pour cent.
#
# ## Sortir d'une institution
#
# Une personne à l'hôpital, en psychiatrie ou en prison n'est comptée que si elle **sort dans le mois sans logement**, ou si elle **reste
# faute de logement**. Quand ni l'un ni l'autre n'est connu, elle n'est pas comptée, mais elle est dans la borne haute.

# %%
inconnus = c.left_out[c.left_out["scope"] == "institution_facts_unknown"]
maisons = {"EL4.7": "hôpital, psychiatrie, maison de soins", "EL4.8": "prison"}
sort, reste_la = parmi("leaving_when", "within_one_month"), parmi("stay_prolonged", "yes")
cas = {
    "sort dans le mois, sans logement": (sort & ~reste_la).fillna(sort),
    "séjour prolongé faute de logement": reste_la,
}
couleurs = [BLEU, ORANGE, "#c9ced6"]
fig, axe = plt.subplots(figsize=(9, 3))
for rang, situation in enumerate(maisons):
    ici = personnes["situation"] == situation
    compte = [int((each.fillna(False) & ici).sum()) for each in cas.values()]
    compte.append(int((inconnus["situation"] == situation).sum()))
    gauche = 0
    for valeur, couleur, nom in zip(compte, couleurs, [*cas, "faits inconnus : hors du compte"]):
        axe.barh(rang, valeur, left=gauche, color=couleur, height=0.6, label=nom if rang == 0 else None)
        if valeur:
            axe.text(gauche + valeur / 2, rang, discret(valeur), ha="center", va="center", fontsize=9, color="white" if couleur == BLEU else "#222")
        gauche += valeur
axe.set_yticks(range(len(maisons)), maisons.values()); axe.invert_yaxis(); axe.set_xlabel("adultes")
axe.margins(x=0.08); axe.xaxis.get_major_locator().set_params(integer=True); axe.set_ylim(2.7, -0.5); axe.legend(loc="lower right", fontsize=8)
titre(axe, "En institution la nuit du dénombrement, sans logement à la sortie"); cite(axe, c.persons)

# %% [markdown]
# Sortir d'institution se voit aussi après coup : parmi les adultes qui ne sont *pas* en institution, combien y ont séjourné au cours de leur vie, et pour
# combien est-ce la raison de la perte du logement ?

# %%
dehors = personnes["category"] != "EL4"
parcours, raisons = c.answers("institutions").reindex(personnes.index)[dehors], c.answers("reasons").reindex(personnes.index)[dehors]
lignes = {dn.code_label("institutions", code, "fr"): bornes(parcours[code]) for code in parcours if code not in {"none", "asylum_reception"}}
lignes["au moins l'une des quatre"] = bornes(parcours[["psychiatry", "addiction_care", "prison", "youth_care"]].any(axis=1, skipna=False).astype("boolean").mask(parcours["none"].isna()))
lignes["logement perdu à la sortie"] = bornes(raisons["leaving_institution"])
pd.DataFrame.from_dict(lignes, orient="index", columns=["au moins", "au plus"]).map(discret).rename_axis(f"{int(dehors.sum())} adultes hors institution")

# %% [markdown]
# ## Les enfants
#
# Un enfant n'a pas de code : deux services peuvent décrire le même. Le total vient donc avec ses bornes. Les enfants *indirects* (ils vivent ailleurs) ne
# sont pas dans le total.

# %%
resume = c.summary()
print(f"Enfants avec un parent sans chez-soi : {resume['children']} (de {resume['children_low']} à {resume['children_high']}). Ailleurs : {resume['children_indirect']}.")
menages = dn.labelled(c.counts(["household"], "children"), "fr").set_index("household")["count"]
menages = menages[menages > 0]
fig, (gauche, droite) = plt.subplots(1, 2, figsize=(11, 3.4))
categories = dn.labelled(c.counts(["category"], "children"), "fr").set_index("category")["count"]
for axe, serie, couleur in ((gauche, categories, ORANGE), (droite, menages, BLEU)):
    visibles = [valeur if valeur == 0 or valeur >= 5 else 2.5 for valeur in serie]
    axe.barh(range(len(serie)), visibles, color=[couleur if v >= 5 or v == 0 else "#dddddd" for v in serie], height=0.66)
    for rang, (valeur, longueur) in enumerate(zip(serie, visibles)):
        axe.annotate(discret(int(valeur)), (longueur, rang), (4, 0), textcoords="offset points", va="center", fontsize=8)
    axe.set_yticks(range(len(serie)), serie.index, fontsize=8); axe.invert_yaxis(); axe.margins(x=0.14); axe.set_xlabel("enfants (en gris : de 1 à 4)")
gauche.set_title("où ils ont dormi", fontsize=9); droite.set_title("ménage de leur parent", fontsize=9)
titre(gauche, "Enfants qui partagent la situation d'un parent"); cite(gauche, c.persons)

# %% [markdown]
# ### Leur âge
#
# Borne basse : deux enfants de même année et de même sexe, déclarés deux fois pour un parent, n'en font qu'un. Borne haute : chaque ligne de fiche est un enfant.
# L'année de naissance seule est connue : un âge est donc à un an près.

# %%
fiches = c.declarations[["service", "declaration_id", "person"]]
enfants = c.children[c.children["link"] == "direct"].merge(fiches, on=["service", "declaration_id"])
enfants = enfants[enfants["person"].isin(personnes.index)]
age = c.settings.night.year - enfants["birth_year"]
tranches = pd.cut(age, [-1, 2, 5, 11, 18], labels=["0 à 2 ans", "3 à 5 ans", "6 à 11 ans", "12 à 17 ans"]).astype(object).fillna("âge inconnu")
enfants = enfants.assign(tranche=tranches)
# Le plus d'enfants pareils dans une même fiche : deux fiches d'un parent qui en nomment chacune un peuvent nommer le même.
par_fiche = enfants.groupby(["person", "service", "declaration_id", "tranche", "birth_year", "child_sex"], observed=True, dropna=False).size()
au_moins = par_fiche.groupby(["person", "tranche", "birth_year", "child_sex"], observed=True, dropna=False).max().groupby("tranche").sum()
ordre = ["0 à 2 ans", "3 à 5 ans", "6 à 11 ans", "12 à 17 ans", "âge inconnu"]
pd.DataFrame({"au moins": au_moins, "au plus": enfants["tranche"].value_counts()}).reindex(ordre).fillna(0).astype(int).map(discret).rename_axis("enfants avec un parent")

# %% [markdown]
# Ces nombres ne tiennent pas compte de deux parents déclarés chacun de leur côté, que le dénombrement, lui, rapproche : la somme peut dépasser le total.
#
# **Pour publier** un de ces chiffres : ajoutez le tableau au plan (`denombrement protect --write-plan`), protégez, et reprenez la valeur protégée.
