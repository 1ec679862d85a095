# %% [markdown]
# # 5. Deux campagnes
#
# Plus de partenaires, c'est plus de personnes *connues*, pas plus de personnes sans chez-soi. On simule deux campagnes de la **même** population : la
# première sans les hôpitaux, les maisons d'accueil, les associations ni quelques CPAS, la seconde avec tous. La bonne réponse est donc « rien n'a changé ».
# (Données synthétiques.)

# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from _atelier import BLEU, GRIS, ORANGE, allure, cite, commande, titre, virgule

import denombrement as dn
from denombrement.estimation.printing import comparison_lines

allure()
PERSONNES, GRAINE = 300, 11
lieu = Path(tempfile.mkdtemp())
phrase = lieu / "phrase.txt"
phrase.write_text("quatre mots sans rapport", encoding="utf-8")


def simule(nom: str, nuit: str, exclus: tuple[str, ...]) -> dn.CampaignData:
    """Une campagne de cette population, sans les envois des services exclus."""
    dossier = lieu / nom
    commande("new", dossier, "--night", nuit, "--name", nom, "--passphrase-file", phrase)
    commande("simulate", dossier, "--persons", PERSONNES, "--seed", GRAINE)
    envois = [fichier for fichier in sorted((dossier / "mailbox").iterdir()) if not fichier.name.startswith(exclus)]
    commande("intake", dossier, *envois, "--passphrase-file", phrase)
    return dn.open_campaign(dossier)


moins = ("hospital", "shelter-", "cpas-arlon", "cpas-virton", "cpas-bastogne", "association")
avant = simule("premiere", "2023-10-19", moins)
apres = simule("seconde", "2024-10-17", ())
pd.DataFrame({
    "nuit": [each.settings.night for each in (avant, apres)],
    "services qui ont répondu": [each.services["answer"].isin(["answered", "zero"]).sum() for each in (avant, apres)],
    "communes participantes": [each.provenance["communes_participating"] for each in (avant, apres)],
    "adultes": [each.provenance["adults"] for each in (avant, apres)],
}, index=["première", "seconde"])

# %% [markdown]
# Le total a monté. La comparaison ne garde que les communes et les services des deux campagnes :

# %%
comparaison = dn.compare(avant, apres)
for ligne in comparison_lines(comparaison, "fr"):
    print(f"{ligne.rank}. {ligne.text}")

# %%
un, deux = comparaison.earlier, comparaison.later
fig, (gauche, droite) = plt.subplots(1, 2, figsize=(10, 3.6), width_ratios=[3, 2])
bas = [0, 0]
for nom, valeurs, couleur in (
    ("panel commun", (un.matched, deux.matched), BLEU),
    ("vues par d'autres services seulement", (un.other_services, deux.other_services), GRIS),
    ("dans d'autres communes", (un.other_communes, deux.other_communes), "#c9ced6"),
):
    gauche.bar(["première", "seconde"], valeurs, bottom=bas, color=couleur, label=nom, width=0.55)
    for place, (valeur, pied) in enumerate(zip(valeurs, bas)):
        if valeur > 0.04 * un.total:
            gauche.text(place, pied + valeur / 2, valeur, ha="center", va="center", color="white" if couleur == BLEU else "#222")
        elif valeur:
            gauche.annotate(valeur, (place + 0.275, pied + valeur / 2), (4, 0), textcoords="offset points", va="center", fontsize=8)
    bas = [pied + valeur for pied, valeur in zip(bas, valeurs)]
gauche.set_ylabel("adultes"); gauche.legend(loc="upper left", fontsize=8); gauche.set_ylim(top=max(bas) * 1.35)
for place, (nom, rapport, couleur) in enumerate((("tous", comparaison.total_ratio, GRIS), ("panel commun", comparaison.ratio, BLEU))):
    droite.errorbar(rapport.ratio, place, xerr=[[rapport.ratio - rapport.lower], [rapport.upper - rapport.ratio]], fmt="o", color=couleur, capsize=4)
    droite.annotate(f"{rapport.ratio:.2f} [{rapport.lower:.2f} – {rapport.upper:.2f}]".replace(".", ","), (rapport.ratio, place), (0, 9), textcoords="offset points", ha="center", fontsize=9, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1}, zorder=3)
droite.axvline(1, color=ORANGE, lw=1.5, ls="--"); droite.set_yticks([0, 1], ["tous", "panel commun"]); droite.set_ylim(-0.6, 1.6)
virgule(droite); droite.set_xlabel("seconde / première, intervalle à 95 %")
titre(gauche, "Plus de partenaires, ou plus de personnes ?"); cite(gauche, apres.persons)

# %% [markdown]
# L'intervalle est exact, sachant la somme des deux comptes ; les personnes présentes aux deux nuits le rendent prudent. Il décrit le processus qui
# fait le compte, pas un sondage, et ne couvre pas les personnes non vues.
#
# ## Et si le nombre de personnes change vraiment ?
#
# Une population d'un tiers plus nombreuse. (L'invention change aussi une partie des communes et des services qui répondent : le panel commun
# est plus petit.)

# %%
PERSONNES = 400
encore = simule("troisieme", "2025-10-16", ())
vraie_hausse = dn.compare(apres, encore)
for ligne in comparison_lines(vraie_hausse, "fr"):
    print(f"{ligne.rank}. {ligne.text}")

# %% [markdown]
# Une comparaison publiée se refait à partir de cellules **protégées** (`denombrement compare --public`) : deux publications sûres ne doivent pas se
# défaire l'une l'autre. Ici les chiffres sont exacts, donc internes.
