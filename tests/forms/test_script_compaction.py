"""What leaves a module on its way into the page is only what a browser does not need: rule by rule, and run by one."""

import random

import pytest

from denombrement.errors import DamagedInput
from denombrement.forms.script_compaction import RULES, compact

# Rule, what the author wrote, what stays.
EXAMPLES = [
    ("text", 'f("a  ,  b");', 'f("a  ,  b");'),
    ("text", 'f("say \\"a ,  b\\"", "\\\\", c);', 'f("say \\"a ,  b\\"","\\\\",c);'),
    ("text", 'f("// no comment", "/ no expression /");', 'f("// no comment","/ no expression /");'),
    ("text", 'f("` no template", "(x) => x");', 'f("` no template","(x) => x");'),
    ("comment", "// why\nf();\n  // why not\n", "f();"),
    ("comment", 'f(); // "g  ( `\n\ng();', "f();\ng();"),
    ("comment", "f(a, // first\n  b);", "f(a,\nb);"),
    ("regular_expression", "f(/a , b/g);", "f(/a , b/g);"),
    ("regular_expression", "const a = /[/\"'`] + \\/ {/;", "const a= /[/\"'`] + \\/ {/;"),
    ("regular_expression", "g = (a) => /x , y/.test(a);", "g=a=> /x , y/.test(a);"),
    ("regular_expression", "return /x , y/;", "return /x , y/;"),
    ("regular_expression", "a = b ? /x , y/ : !/\\[ , ]/;", "a=b? /x , y/:!/\\[ , ]/;"),
    ("regular_expression", "f();\n/a , b/.exec(c);", "f();/a , b/.exec(c);"),
    ("regular_expression", "a = b / c + d / e;", "a=b/c+d/e;"),
    ("regular_expression", "a = (b) / c + f(d) / e;", "a=(b)/c+f(d)/e;"),
    ("template", "f(`a , b` , c);", "f(`a , b`,c);"),
    ("template", "f(`a \\` ${ { b: 1 } } `, 2);", "f(`a \\` ${ { b: 1 } } `,2);"),
    ("template", "f(`a \\` , b`, c);", "f(`a \\` , b`,c);"),
    ("template", "f(`a ${ { b: 1 } } , b`, c);", "f(`a ${ { b: 1 } } , b`,c);"),
    ("template", "f(`a ${b ? `c , ${ d }` : e} , f`, g);", "f(`a ${b ? `c , ${ d }` : e} , f`,g);"),
    ("template", 'f(`a ${b("{ , `")} , c`, d);', 'f(`a ${b("{ , `")} , c`,d);'),
    ("template", "f(`a ${b(/[{`] , /)} , c`, d);", "f(`a ${b(/[{`] , /)} , c`,d);"),
    ("lone_parameter", "f((x) => g(x));", "f(x=>g(x));"),
    ("lone_parameter", "f(async (x) => g(x));", "f(async(x)=>g(x));"),
    ("lone_parameter", "f((x, y) => g(x), ([z]) => z, () => 1);", "f((x,y)=>g(x),([z])=>z,()=>1);"),
    ("last_comma", "f(\n  a,\n  [b,],\n);", "f(a,[b]);"),
    ("last_comma", "const { a, ...b } = {\n  c,\n};", "const{a,...b}={c};"),
    ("last_comma", "const [, a] = b;", "const[,a]=b;"),
    ("last_semicolon", "const f = (a) => {\n  g();\n  return a;\n};", "const f=a=>{g();return a};"),
    ("last_semicolon", "for (;;) break;", "for(;;)break;"),
    ("line_end_after", "f(\n  a,\n  b);\ng();", "f(a,b);g();"),
    ("line_end_before", "f(a\n  .b()\n  .c()\n);", "f(a.b().c());"),
    ("line_end_before", "function f() {\n  return\n}\n[1].map(g);", "function f(){return}\n[1].map(g);"),
    ("spaces", "a = b === c ? [d] : { e: f };", "a=b===c?[d]:{e:f};"),
    ("spaces", "if (a && !b) c += d * -e; else f = g ** h;", "if(a&&!b)c +=d*-e;else f=g**h;"),
    ("spaces", "a = b - -c + +d - --e;", "a=b - -c + +d - --e;"),
    ("spaces", "a = b++ + ++c;", "a=b++ + ++c;"),
    ("spaces", "a = b - c + d / e;", "a=b-c+d/e;"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "written", "kept"), EXAMPLES)
def test_each_rule_takes_out_what_it_names_and_no_more(rule, written, kept):
    assert compact(written) == kept + "\n"


def test_every_rule_has_an_example():
    assert {rule for rule, _, _ in EXAMPLES} == {rule.name for rule in RULES}


@pytest.mark.parametrize(("written", "kept"), [
    ("const a = 1;\nconst b = 2;\n\nconst c = 3;", "const a=1,b=2;\nconst c=3;"),
    ('const a = "; ";\nconst b = `; `;\nconst c = 3;', 'const a="; ",b=`; `,c=3;'),
    ("const a = 1; f();\nconst b = 2;", "const a=1;f();const b=2;"),
    ("const a = 1; // one;\nconst b = 2;", "const a=1;\nconst b=2;"),
    ("let a = 1;\nconst b = 2;", "let a=1;const b=2;"),
])  # fmt: skip
def test_constants_of_one_line_share_their_word_and_nothing_else_joins_them(written, kept):
    assert compact(written) == kept + "\n"


@pytest.mark.parametrize("written", ["f(`a\n  b`);", "f(`a ${b(\n  c)}`);", "f(`a", "f(`a ${b", "f(`a ${`b`"])
def test_a_template_of_several_lines_is_refused_for_its_spaces_could_not_be_told_from_ours(written):
    with pytest.raises(DamagedInput, match="FRM010"):
        compact(written)


def test_comments_and_spaces_go_and_texts_stay():
    source = '// word\nconst a = b ? `x ${c ? `  y ` : "//  z"} ;` : /[ /] +"/g; // gone\n\n  return  a;\n'
    assert compact(source) == 'const a=b?`x ${c ? `  y ` : "//  z"} ;`: /[ /] +"/g;\nreturn  a;\n'


# --- A browser runs programs of random parts, in our modules' style, before and after ---------------------------------

QUOTED = [
    "a  ,  b",
    "// no comment",
    "`",
    "${ x }",
    "{ ( [",
    "} ) ]",
    "(x) => x",
    " ; }",
    "/ , /",
    "\\n",
    '\\"',
    "\\\\",
    "'",
    "é …",
]
EXPRESSIONS = ["/a , b/g", "/[/\"'`] + {/", "/\\/ \\/ , x/", "/[^\\]]{2} }/", "/\\[ , /i", "/ \\( => /"]
HEAD = "const said = [];\nconst say = (...all) => said.push(...all.map(String));\nlet n = 3;\n"
RUN = """(programs) => programs.map((program) => {
  try { return JSON.stringify(new Function(program)()); } catch (error) { return `${error}: ${program}`; }
})"""


class Author:
    """Writes programs as our modules are written, with values chosen to be mistaken for code."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.names = 0

    def program(self):
        return HEAD + "\n".join(self.statement() for _ in range(6)) + "\nsay(n);\nreturn said;\n"

    def statement(self):
        self.names += 1
        name = f"v{self.names}"
        return self.rng.choice([
            lambda: f"const {name} = {self.value()};\nconst {name}b = {self.value()};\nsay({name}, {name}b);",
            lambda: f"// {self.quoted()}\nsay({self.value()}); // {self.quoted()}",
            lambda: f"say(\n  {self.value()},\n  {self.value()},\n);",
            lambda: f"if ({self.value()}) {{\n  say({self.value()});\n}} else {{\n  n += 1;\n}}",
            lambda: f"try {{\n  say({self.value()});\n}} catch {{\n  n -= 1; // {self.quoted()}\n}}",
            lambda: f"function {name}(x, y = {self.value()}) {{\n  say(x);\n\n  return y;\n}}\nsay({name}({self.value()}));",
            lambda: f"for (const [x, y] of [[{self.value()}, {self.value()}]]) say(x, y);",
            lambda: f"while (n < {self.rng.randint(1, 6)}) n += 1;",
        ])()  # fmt: skip

    def value(self, depth=0):
        leaf = [self.text, self.template, self.expression, self.sum]
        inner = [
            lambda: f"{self.value(depth + 1)} ? {self.value(depth + 1)} : {self.value(depth + 1)}",
            lambda: f"[{self.value(depth + 1)}, {self.value(depth + 1)},]",
            lambda: (
                f"[\n  {self.value(depth + 1)},\n  {self.value(depth + 1)},\n]\n  .flat()\n  .map((x) => `${{x}}`)"
            ),
            lambda: f"((x) => {self.value(depth + 1)})({self.value(depth + 1)})",
            lambda: f"((x, y) => {{\n  const z = y;\n  return {self.value(depth + 1)};\n}})(1, 2)",
            lambda: f"JSON.stringify({{ a: {self.value(depth + 1)}, n }})",
            lambda: f"(!{self.value(depth + 1)} && {self.value(depth + 1)})",
        ]
        return self.rng.choice(leaf if depth > 2 else leaf + inner)()

    def quoted(self):
        return "".join(self.rng.choices(QUOTED, k=2))

    def text(self):
        return f'"{"".join(self.rng.choices(QUOTED, k=3))}"'

    def template(self, depth=0):
        plain = [each for each in QUOTED if "`" not in each and "$" not in each]
        hole = self.rng.choice([self.text, self.expression, self.sum] + [self.template] * (depth < 1))
        return f"`{self.rng.choice(plain)}${{{hole()}}}{self.rng.choice(plain)}`"

    def expression(self):
        return self.rng.choice(EXPRESSIONS)

    def sum(self):
        signs = [" - ", " + ", " / ", " * ", " - -", " + +", " % ", " < ", " === ", " & "]
        terms = self.rng.choices(["n", "7", "(n + 1)", "[2][0]"], k=4)
        return "(" + terms[0] + "".join(self.rng.choice(signs) + each for each in terms[1:]) + ")"


@pytest.mark.browser
def test_a_browser_makes_the_same_of_a_program_before_and_after(chromium):
    page = chromium.new_page()
    written = [Author(seed).program() for seed in range(1500)]
    before = page.evaluate(RUN, written)
    after = page.evaluate(RUN, [compact(program) for program in written])
    page.close()
    assert [said for said in before if said.startswith("SyntaxError")] == []
    wrong = [program for program, first, then in zip(written, before, after, strict=True) if first != then]
    assert wrong == []
    assert sum(len(compact(program)) for program in written) < 0.9 * sum(map(len, written))
