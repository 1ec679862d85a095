"""The page's one script: which modules go into it, in what order, and which it refuses."""

import re

import pytest

from denombrement.errors import DamagedInput
from denombrement.forms import page_script as script_module
from denombrement.forms.page_script import ENTRY, page_script


@pytest.fixture
def joined(monkeypatch):
    """The script of other modules than the page's: ``joined(main=text, other=text)``."""

    def join(**texts):
        monkeypatch.setattr(script_module, "web_text", lambda file: texts[file.removesuffix(".js")])
        page_script.cache_clear()
        return page_script()

    yield join
    monkeypatch.undo()
    page_script.cache_clear()


def test_top_level_names_differ_for_all_modules_share_one_scope(modules):
    seen = {}
    for module, text in modules.items():
        for name in re.findall(
            r"^(?:export )?(?:async )?(?:function|class|const|let) (\w+)", text, re.MULTILINE
        ):
            assert seen.setdefault(name, module) == module, name


def test_modules_write_texts_as_the_joiner_reads_them(modules):
    for name, text in modules.items():
        code = re.sub(r"//.*|/\^?\(?\[.*?\]", "", text)
        assert re.findall(r"""(?<=[(\[=:,] )'[^'\n]*'""", code) == [], name
        assert "/*" not in re.sub(r'"(?:[^"\\\n]|\\.)*"', "", code), name


def test_every_module_is_in_the_script_once_after_all_that_it_imports(modules):
    order = [f"{name}.js" for name in re.findall(r"^// (\w+)\.js$", page_script(), re.MULTILINE)]
    assert sorted(order) == sorted(modules)
    assert order[-1] == f"{ENTRY}.js"
    for name, text in modules.items():
        needed = re.findall(r'from "\./(.+)";$', text, re.MULTILINE)
        assert all(order.index(each) < order.index(name) for each in needed), name


def test_the_script_holds_no_mark_that_a_page_would_take_for_its_own():
    assert re.findall(r"<!--|-->|</script", page_script(), re.IGNORECASE) == []


def test_modules_share_one_scope_without_import_and_export(joined):
    script = joined(
        main='import { two, twice } from "./other.js";\n\nsay(twice(two));\n',
        other="export const two = 2;\nexport const twice = (number) => 2 * number;\n",
    )
    assert script == (
        '\n(()=>{"use strict";\n'
        "// other.js\nconst two=2,twice=number=>2*number;\n"
        "// main.js\nsay(twice(two));\n})();\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        'import * as all from "./other.js";\n',
        'import "./other.js";\n',
        'import {\n  a,\n} from "./other.js";\n',
        "export default 1;\n",
        "export { a };\n",
        "export let a = 1;\n",
        "const a = `of two\nlines`;\n",
    ],
)
def test_a_module_that_cannot_be_joined_is_refused(joined, text):
    with pytest.raises(DamagedInput, match="FRM010"):
        joined(main=text, other="export const a = 1;\n")


def test_what_no_module_calls_is_left_out(joined):
    script = joined(
        main='import { used } from "./other.js";\nused();\n',
        other="export function used() {\n  return 1;\n}\nexport async function unused() {\n  return 2;\n}\n",
    )
    assert "function used" in script
    assert "unused" not in script
    assert "return 2" not in script


def test_modules_in_a_circle_are_refused(joined):
    with pytest.raises(DamagedInput, match="FRM010"):
        joined(main='import { a } from "./other.js";\n', other='import { b } from "./main.js";\n')
