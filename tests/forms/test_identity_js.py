"""The page's identity and sealing modules, run in Chromium from file://, give Python's bits."""

from __future__ import annotations

import hashlib
import json
import random
import re
import unicodedata
import zlib
from base64 import b64encode
from importlib import resources

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK
from playwright.sync_api import sync_playwright

from denombrement.dedup.codes import (
    Identity,
    Recipe,
    file_mark,
    identity_tokens,
    mnemonic_tokens,
    web_tables,
    write_mnemonic,
)
from denombrement.dedup.codes.normalise import name_forms
from denombrement.dedup.codes.vectors import VECTORS
from denombrement.errors import DamagedInput
from denombrement.intake.sealing import open_sealed, receipt, verify_mac
from denombrement.intake.sealing_keys import make_private_key

pytestmark = pytest.mark.browser

MODULES = ("bytes.js", "identity.js", "seal.js")
EXPORTED = [
    "prepareIdentity",
    "makeKeyer",
    "nameForms",
    "identityTokens",
    "fileMark",
    "writeMnemonic",
    "mnemonicTokens",
    "sealReturn",
    "sealReceipt",
    "keyThumbprint",
    "concatKdf",
    "base64url",
]
DOCUMENT = json.loads(VECTORS.read_text(encoding="utf-8"))
SECRET = bytes.fromhex(DOCUMENT["secret_hex"])
CAMPAIGN = DOCUMENT["campaign_id"]
RECIPE = Recipe.load(DOCUMENT["recipe"])
TOKEN = "jeton-du-service-très-long"

MAKE = """async ({identities, secret, campaign, mnemonics}) => {
  const keyer = await makeKeyer(tables, new Uint8Array(secret), campaign);
  const made = [];
  for (const identity of identities) {
    try {
      const tokens = await identityTokens(tables, keyer, identity);
      const mnemonic = writeMnemonic(tables, identity);
      made.push({given_name: nameForms(tables, identity.given_name, "given_name"),
        family_name: nameForms(tables, identity.family_name, "family_name"),
        ...tokens, mnemonic, file_mark: await fileMark(tokens),
        order: Object.keys(tokens.tokens),
        again: mnemonics ? await mnemonicTokens(tables, keyer, mnemonic) : null});
    } catch (problem) {
      made.push({error: problem.code});
    }
  }
  return made;
}"""


def joined_modules():
    """The three modules as one script; their top-level names differ, so that dropping imports and exports is enough."""
    folder = resources.files("denombrement") / "forms" / "web"
    text = "\n".join((folder / name).read_text(encoding="utf-8") for name in MODULES)
    return re.sub(r"^export ", "", re.sub(r"^import .*;\n", "", text, flags=re.MULTILINE), flags=re.MULTILINE)


def page_text(tables):
    script = joined_modules() + (
        'globalThis.tables = prepareIdentity(JSON.parse(document.getElementById("tables").textContent));'
        f"Object.assign(globalThis, {{{', '.join(EXPORTED)}}});"
    )
    digest = b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; script-src 'sha256-{digest}'; connect-src 'none'; form-action 'none'"
    data = json.dumps(tables, ensure_ascii=False).replace("<", "\\u003c")
    return (
        f'<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<script type="application/json" id="tables">{data}</script><script type="module">{script}</script>'
    )


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def open_page(browser, tmp_path_factory):
    pages = []

    def open_with(recipe):
        place = tmp_path_factory.mktemp("page") / "index.html"
        place.write_text(page_text(web_tables(recipe)), encoding="utf-8")
        page = browser.new_page()
        pages.append(page)
        page.goto(place.as_uri())
        return page

    yield open_with
    for page in pages:
        page.close()


@pytest.fixture(scope="module")
def page(open_page):
    return open_page(RECIPE)


def made_by_page(page, identities, *, mnemonics=False, secret=SECRET):
    return page.evaluate(
        MAKE, {"identities": identities, "secret": list(secret), "campaign": CAMPAIGN, "mnemonics": mnemonics}
    )


def made_by_python(typed, recipe):
    identity = Identity(**typed)
    try:
        made = identity_tokens(identity, SECRET, CAMPAIGN, recipe)
    except DamagedInput as problem:
        return {"error": problem.code}
    return {
        "given_name": forms_of(typed.get("given_name"), "given_name"),
        "family_name": forms_of(typed.get("family_name"), "family_name"),
        "recipe": made.recipe,
        "code": made.code,
        "tokens": made.tokens,
        "mnemonic": write_mnemonic(identity, recipe),
        "file_mark": file_mark(made),
        "order": list(made.tokens),
        "again": None,
    }


def forms_of(text, field):
    forms = name_forms(text, field)
    if forms is None:
        return None
    return {
        "joined": forms.joined,
        "core": forms.core,
        "words": list(forms.words),
        "phonetic": forms.phonetic,
    }


def test_every_vector_gives_the_same_forms_tokens_marks_and_refusals(page):
    cases = DOCUMENT["cases"]
    made = made_by_page(page, [case["identity"] for case in cases])
    for case, page_made in zip(cases, made, strict=True):
        expected = {
            name: value for name, value in case.items() if name not in {"id", "identity", "birth_date"}
        }
        assert {name: page_made.get(name) for name in expected} == expected, case["id"]


SCRIPTS = {
    "french": "aàâäbcçdeéèêëfghiîïjklmnoôöœpqrstuùûüvwxyÿz",
    "polish": "aąbcćdeęfghijklłmnńoóprsśtuwyzźż",
    "romanian": "aăâbcdefghiîjlmnoprsștțuvxzşţ",
    "turkish": "abcçdefgğhıijklmnoöprsştuüvyzİI",
    "german": "aäbcdefghijklmnoöpqrsßtuüvwxyzẞ",
    "nordic": "aåäæbdðefghijklmnoøöprstþuvyý",
    "czech": "aábcčdďeéěfghiíjklmnňoóprřsštťuúůyýzž",
    "vietnamese": "aăâbcdđeêghiklmnoôơpqrstuưvxyạảấầẩẫậắằẳẵặ",
    "greek": "αάβγδεέζηήθιίϊΐκλμνξοόπρσςτυύϋΰφχψωώ",
    "cyrillic": "абвгґдђѓеёєжзѕиіїйјклљмнњопрстћќуўфхцчџшщъыьэюя",
    "arabic": "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيَُِّْـپچژگکیہھےٹڈڑۆێەۀ",
    "hebrew": "אבגדהוזחטיכךלמםנןסעפףצץקרשתְִֵֶַָֹּ",
    "armenian": "աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆև",
    "georgian": "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ",
    "ethiopic": "ሀለሐመሠረሰሸቀበተነአከወዘየደጀገጠፈተስፋይገብረ",
    "kept": "小明王राजेश김민수タロウﾀﾛｳতানভীরபிரியাสมชายမောင်",
    "astral and signs": "😀𝒜𝓑🇧🇪ﬁﬀ№™①Ⅷ½ＡＢ\u200b\u200d\u00ad\ufeff",
}
BETWEEN = [
    "-",
    " ",
    "'",
    "’",
    "´",
    "\u00a0",
    "‑",
    ".",
    "",
    "",
    "",
    " van den ",
    " de ",
    " el ",
    "-épouse-",
    " ال",
    "d'",
]


def random_name(rng):
    letters = SCRIPTS[rng.choice(list(SCRIPTS))]
    words = ["".join(rng.choices(letters, k=rng.randint(1, 9))) for _ in range(rng.choice([1, 1, 1, 2, 3]))]
    text = rng.choice(BETWEEN).join(words)
    change = rng.choice([str, str, str.upper, str.title, lambda t: unicodedata.normalize("NFD", t)])
    return rng.choice(["", "", "", "Van ", "De ", "EL-", "Vanden", "Ben "]) + change(text)


def test_ten_thousand_random_names_in_every_script_give_the_same_bits(page):
    rng = random.Random(20251024)
    identities = [
        {
            "given_name": random_name(rng),
            "family_name": random_name(rng),
            "birth_year": rng.choice([None, rng.randint(1930, 2008)]),
            "birth_month": rng.choice([None, 1, 7, rng.randint(1, 12)]),
            "birth_day": rng.choice([None, 1, rng.randint(1, 31)]),
            "sex": rng.choice(["woman", "man", "x", "dont_know"]),
        }
        for _ in range(5000)
    ]
    made = made_by_page(page, identities)
    differing = [
        index
        for index, (typed, page_made) in enumerate(zip(identities, made, strict=True))
        if page_made != made_by_python(typed, RECIPE)
    ]
    assert differing == []


def test_every_code_point_alone_gives_the_same_letters(page):
    texts = [chr(point) for point in range(0x30000) if not 0xD800 <= point <= 0xDFFF]
    # Chromium knows characters younger than Python's tables; what a form of Unicode 14 had not assigned is left out.
    texts = [text for text in texts if unicodedata.category(text) != "Cn"]
    by_page = page.evaluate(
        "(texts) => texts.map((text) => nameForms(tables, 'B' + text + 'b', 'family_name')?.joined ?? null)",
        texts,
    )
    by_python = [(forms := name_forms(f"B{text}b", "family_name")) and forms.joined for text in texts]
    assert [hex(ord(text)) for text, a, b in zip(texts, by_page, by_python, strict=True) if a != b] == []


def test_mnemonics_copied_from_paper_give_the_same_tokens(page):
    cases = [case for case in DOCUMENT["cases"] if "error" not in case]
    made = made_by_page(page, [case["identity"] for case in cases], mnemonics=True)
    for case, page_made in zip(cases, made, strict=True):
        expected = mnemonic_tokens(case["mnemonic"], SECRET, CAMPAIGN, RECIPE)
        assert page_made["again"] == {"recipe": RECIPE.name, "code": expected.code, "tokens": expected.tokens}


@pytest.mark.parametrize(
    "text", ["", "JE-BER-14031987", "JE-BER-1403198A-M", "JE-BER-30021987-M", "JE-BER-14031987-Z"]
)
def test_an_unreadable_mnemonic_is_refused_with_the_same_code(page, text):
    with pytest.raises(DamagedInput) as refusal:
        mnemonic_tokens(text, SECRET, CAMPAIGN, RECIPE)
    refused = page.evaluate(
        """async ([text, secret]) => {
          const keyer = await makeKeyer(tables, new Uint8Array(secret), "a");
          try { await mnemonicTokens(tables, keyer, text); } catch (problem) { return [problem.code, problem.message]; }
        }""",
        [text, list(SECRET)],
    )
    assert refused == [refusal.value.code] * 2


def test_another_recipe_gives_the_same_bits(open_page):
    recipe = Recipe.load("letters-235-23")
    identities = [case["identity"] for case in DOCUMENT["cases"]]
    made = made_by_page(open_page(recipe), identities)
    assert made == [made_by_python(typed, recipe) for typed in identities]


@pytest.mark.parametrize(
    ("secret", "campaign", "code"), [(SECRET[1:], "a", "COD001"), (SECRET, "", "COD009")]
)
def test_a_broken_secret_or_campaign_is_refused(page, secret, campaign, code):
    refused = page.evaluate(
        "([secret, campaign]) => makeKeyer(tables, new Uint8Array(secret), campaign).catch((p) => p.code)",
        [list(secret), campaign],
    )
    assert refused == code


def test_an_unknown_sex_is_refused(page):
    assert made_by_page(page, [{"sex": "female"}]) == [{"error": "COD004"}]


def sealed_by_page(page, body, keys, token=TOKEN):
    return page.evaluate(
        """async ([body, keys, token]) => {
          try {
            const file = await sealReturn(body, keys, token);
            return {file, receipt: await sealReceipt(file)};
          } catch (problem) { return {error: problem.code}; }
        }""",
        [body, [key.public.jwk() for key in keys], token],
    )


@pytest.mark.parametrize("declarations", [0, 1, 200, 3000])
def test_a_return_sealed_by_the_page_opens_with_either_key(page, declarations):
    keys = [make_private_key(), make_private_key()]
    rng = random.Random(declarations)
    body = json.dumps(
        {
            "service": "Relais « été » 😀",
            "tokens": [rng.randbytes(16).hex() for _ in range(31 * declarations)],
        },
        ensure_ascii=False,
    )
    sealed = sealed_by_page(page, body, keys)
    data = sealed["file"].encode("ascii")
    assert sealed["receipt"] == receipt(data)
    for key in keys:
        opened = open_sealed(data, [key])
        assert opened.body == body
        assert verify_mac(opened, TOKEN)
        assert not verify_mac(opened, "un autre jeton de service")


def test_another_jose_library_opens_what_the_page_sealed(page):
    keys = [make_private_key(), make_private_key()]
    sealed = sealed_by_page(page, '{"a":"é"}', keys)["file"]
    for key in keys:
        pem = key.raw.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        opened = JWE()
        opened.deserialize(sealed, key=JWK.from_pem(pem))
        inside = json.loads(zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(opened.payload))
        assert (inside["format"], inside["body"]) == ("denombrement-return-1", '{"a":"é"}')


def test_returns_of_few_and_of_some_persons_weigh_the_same(page):
    keys = [make_private_key(), make_private_key()]
    files = [sealed_by_page(page, json.dumps(["x"] * count), keys)["file"] for count in (1, 30)]
    assert len(files[0]) == len(files[1])


def test_two_seals_of_one_return_share_neither_key_nor_iv(page):
    keys = [make_private_key(), make_private_key()]
    first, second = (json.loads(sealed_by_page(page, "{}", keys)["file"]) for _ in range(2))
    assert first["iv"] != second["iv"]
    points = [entry["header"]["epk"]["x"] for sealed in (first, second) for entry in sealed["recipients"]]
    assert len(set(points)) == 4


def test_one_recipient_even_twice_is_refused(page):
    key = make_private_key()
    assert sealed_by_page(page, "{}", [key, key]) == {"error": "SEA010"}
    assert sealed_by_page(page, "{}", [make_private_key() for _ in range(17)]) == {"error": "SEA010"}


def test_a_short_service_token_is_refused(page):
    assert sealed_by_page(page, "{}", [make_private_key(), make_private_key()], "court") == {
        "error": "SEA016"
    }


def test_key_thumbprints_are_pythons(page):
    key = make_private_key().public
    assert page.evaluate("(key) => keyThumbprint(key)", key.jwk()) == key.kid


def test_key_derivation_gives_the_example_of_rfc_7518_appendix_c(page):
    shared = [158, 86, 217, 29, 129, 113, 53, 211, 114, 131, 66, 131, 191, 132, 38, 156]
    shared += [251, 49, 110, 163, 218, 128, 106, 72, 246, 218, 167, 121, 140, 254, 144, 196]
    derived = page.evaluate(
        "async (shared) => base64url(await concatKdf(new Uint8Array(shared), 'A128GCM', 'Alice', 'Bob', 128))",
        shared,
    )
    assert derived == "VqqN6vgjbSBcIijNcacQGg"


def test_the_modules_cannot_send_or_keep_anything():
    script = joined_modules()
    for word in (
        "fetch(",
        "XMLHttpRequest",
        "WebSocket",
        "sendBeacon",
        "localStorage",
        "indexedDB",
        "console.",
        "eval(",
    ):
        assert word not in script
