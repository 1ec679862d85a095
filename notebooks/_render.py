"""Exécute un carnet (format « percent ») et en fait une page HTML seule : texte, code, sorties, figures."""

from __future__ import annotations

import ast
import base64
import contextlib
import html
import io
import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import jupytext
import matplotlib.pyplot as plt
from markdown_it import MarkdownIt

STYLE = """
body{max-width:60rem;margin:2rem auto;padding:0 1rem;font:16px/1.55 system-ui,sans-serif;color:#1c2430}
h1,h2{line-height:1.2}pre{background:#f5f6f8;padding:.7rem;overflow-x:auto;font-size:.83rem;border-radius:4px}
pre.sortie{background:#fff;white-space:pre-wrap;border-left:3px solid #c9ced6}details summary{color:#5b6472;cursor:pointer;font-size:.85rem}
table{border-collapse:collapse;border:0;font-size:.9rem;margin:.8rem 0}td,th{border:0;padding:.25rem .6rem;border-bottom:1px solid #e2e5ea;text-align:right}
th:first-child,td:first-child{text-align:left}img{max-width:100%}
@media print{details{display:none}img,table{break-inside:avoid}}
"""


def render(notebook: Path) -> str:
    """La page du carnet, exécuté de haut en bas dans un espace neuf."""
    cells = jupytext.read(notebook, fmt="py:percent").cells
    space = {"__name__": "__main__", "__file__": str(notebook)}
    sys.path.insert(0, str(notebook.parent))
    try:
        body = [_markdown(cell.source) if cell.cell_type == "markdown" else _code(cell.source, space) for cell in cells]
    finally:
        sys.path.remove(str(notebook.parent))
        plt.close("all")
    return f'<!doctype html><html lang="fr"><meta charset="utf-8"><title>{notebook.stem}</title><style>{STYLE}</style>{"".join(body)}</html>\n'


def _markdown(source: str) -> str:
    return MarkdownIt("commonmark").enable("table").render(source)


def _code(source: str, space: dict) -> str:
    said = io.StringIO()
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    with contextlib.redirect_stdout(said):
        exec(compile(tree, "<carnet>", "exec"), space)
        value = eval(compile(ast.Expression(last.value), "<carnet>", "eval"), space) if last else None
    parts = [f"<details><summary>code</summary><pre>{html.escape(source)}</pre></details>"]
    if said.getvalue():
        parts.append(f'<pre class="sortie">{html.escape(said.getvalue())}</pre>')
    if value is not None:
        shown = value._repr_html_().replace('border="1"', '') if hasattr(value, "_repr_html_") else None
        parts.append(shown or f'<pre class="sortie">{html.escape(str(value))}</pre>')
    for number in plt.get_fignums():
        picture = io.BytesIO()
        plt.figure(number).savefig(picture, format="png")
        coded = base64.b64encode(picture.getvalue()).decode()
        parts.append(f'<p><img alt="Figure : décrite dans le texte" src="data:image/png;base64,{coded}"></p>')
    plt.close("all")
    return "".join(parts)


def main(arguments: list[str]) -> None:
    """python notebooks/_render.py DOSSIER [CARNET…] : une page par carnet."""
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    here = Path(__file__).parent
    for notebook in [Path(name) for name in arguments[1:]] or sorted(here.glob("[0-9]*.py")):
        (folder / f"{notebook.stem}.html").write_text(render(notebook), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
