"""The codebook of the research file: DDI Codebook 2.5 for machines, Markdown for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from xml.etree import ElementTree as ET

from denombrement.publication.research.plan import ResearchPlan
from denombrement.publication.research.recoding import NUMBER, Recoded, Risk
from denombrement.publication.research.variables import ResearchFile, Variable

DDI = "ddi:codebook:2_5"
_RISK_LINES = {
    "persons": "Personnes",
    "groups": "Combinaisons différentes de quasi-identifiants",
    "unique": "Personnes seules dans leur combinaison",
    "below_k": "Personnes dans un groupe de moins de k",
    "smallest": "Plus petit groupe",
    "mean_chance": "Chance moyenne de retrouver la bonne ligne (%)",
    "alike": "Personnes dans un groupe où moins de l réponses sensibles diffèrent",
}


def ddi_codebook(file: ResearchFile, facts: Mapping[str, str], language: str) -> str:
    """DDI Codebook 2.5 (XML): study, file, variables with their categories and frequencies.

    Args:
        file: columns and labels.
        facts: ``title``, ``id``, ``file``, ``night``, ``territory``, ``universe``, ``access``, ``version``.
        language: of the labels.
    """
    root = ET.Element("codeBook", {"xmlns": DDI, "version": "2.5", "xml:lang": language})
    study = ET.SubElement(root, "stdyDscr")
    title = ET.SubElement(ET.SubElement(study, "citation"), "titlStmt")
    _text(title, "titl", facts["title"])
    _text(title, "IDNo", facts["id"])
    summary = ET.SubElement(ET.SubElement(study, "stdyInfo"), "sumDscr")
    _text(summary, "collDate", facts["night"], {"date": facts["night"]})
    _text(summary, "geogCover", facts["territory"])
    _text(summary, "anlyUnit", "adult")
    _text(summary, "universe", facts["universe"])
    access = ET.SubElement(ET.SubElement(study, "dataAccs"), "useStmt")
    _text(access, "restrctn", facts["access"])
    described = ET.SubElement(ET.SubElement(root, "fileDscr", {"ID": "F1"}), "fileTxt")
    _text(described, "fileName", facts["file"])
    size = ET.SubElement(described, "dimensns")
    _text(size, "caseQnty", str(len(file.frame)))
    _text(size, "varQnty", str(len(file.variables)))
    _text(described, "software", "denombrement", {"version": facts["version"]})
    data = ET.SubElement(root, "dataDscr")
    for variable in file.variables:
        _variable(data, variable, file)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def markdown_codebook(
    file: ResearchFile, recoded: Recoded, plan: ResearchPlan, facts: Mapping[str, str]
) -> str:
    """The codebook to read, with the risk before and after and what was made coarser."""
    lines = [f"# {facts['title']} : fichier de recherche", "", f"**{facts['access']}**", ""]
    lines += [
        f"{facts['universe']} Nuit du {facts['night']}, {len(file.frame)} lignes, version {facts['version']}.",
        "",
    ]
    lines += ["## Risque de réidentification", ""]
    lines += [
        f"k = {plan.k}, l = {plan.least_diversity}. Le fichier est un dénombrement : aucun échantillonnage ne protège.",
        "",
    ]
    lines += ["| | avant | après |", "|---|---|---|", *_risk_rows(recoded.before, recoded.after), ""]
    lines += ["## Regroupements", "", "| quasi-identifiant | niveau | sur |", "|---|---|---|"]
    lines += [f"| {each.name} | {recoded.levels[each.name]} | {each.levels - 1} |" for each in plan.quasi]
    lines += [
        "",
        f"Quasi-identifiants masqués : {recoded.hidden} personnes. Personne n'est retiré du fichier.",
        "",
    ]
    lines += ["## Variables", ""]
    for variable in file.variables:
        lines += _variable_section(variable, file)
    return "\n".join(lines)


def risk_dict(risk: Risk) -> dict[str, int | float]:
    """For ``--json``."""
    return asdict(risk)


def _risk_rows(before: Risk, after: Risk) -> list[str]:
    rows = []
    for name, text in _RISK_LINES.items():
        values = [getattr(risk, name) for risk in (before, after)]
        shown = [
            f"{100 * each:.1f}".replace(".", ",") if name == "mean_chance" else str(each) for each in values
        ]
        rows.append(f"| {text} | {shown[0]} | {shown[1]} |")
    return rows


def _variable_section(variable: Variable, file: ResearchFile) -> list[str]:
    lines = [f"### `{variable.name}`", "", variable.label, ""]
    if variable.codes:
        lines += ["| code | nombre | libellé | personnes |", "|---|---|---|---|"]
        found = file.frame[variable.name].value_counts()
        lines += [
            f"| `{code}` | {variable.number_of(code)} | {label} | {int(found.get(code, 0))} |"
            for code, label in variable.codes.items()
        ]
        lines.append(f"| | | (vide : personne ne sait) | {int(file.frame[variable.name].isna().sum())} |")
        lines.append("")
    return lines


def _variable(data: ET.Element, variable: Variable, file: ResearchFile) -> None:
    element = ET.SubElement(data, "var", {"ID": f"V_{variable.name}", "name": variable.name, "files": "F1"})
    _text(element, "labl", variable.label)
    found = file.frame[variable.name].value_counts()
    for code, label in variable.codes.items():
        category = ET.SubElement(element, "catgry")
        _text(category, "catValu", code)
        _text(category, "labl", label)
        _text(category, "catStat", str(int(found.get(code, 0))), {"type": "freq"})
    _text(element, "varFormat", "", {"type": "numeric" if variable.name == NUMBER else "character"})


def _text(parent: ET.Element, name: str, text: str, attributes: Mapping[str, str] | None = None) -> None:
    ET.SubElement(parent, name, dict(attributes or {})).text = text
