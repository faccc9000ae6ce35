"""The Kazakh and Russian catalogs hold every text of the pages, each translated by a person, with the same facts in it."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
CATALOGS = ROOT / "views" / "translations"
LANGUAGES = ("kk", "ru")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sdf]|%[sd]")
TAG = re.compile(r"</?[a-z]+")
LATIN_WORDS = re.compile(r"[a-z]{4,}")
CYRILLIC = re.compile(r"[а-яёәғқңөұүһі]", re.IGNORECASE)
COLLECTED = {"_", "_l", "gettext", "ngettext"}
SAME_EVERYWHERE = {"Participation budget API"}


def extracted(directory: Path) -> Catalog:
    """Every text the code and the templates ask for, collected as `make messages` does."""
    script = (ROOT / "deploy" / "messages.sh").read_text()
    keywords = re.findall(r"-k (\S+)", script)
    template = directory / "messages.pot"
    subprocess.run(
        [Path(sys.executable).parent / "pybabel", "--quiet", "extract", "-F", CATALOGS / "babel.cfg"]
        + [f"--keyword={keyword}" for keyword in keywords]
        + ["-o", template, "."],
        check=True,
        cwd=ROOT,
    )
    with template.open("rb") as file:
        return read_po(file)


def catalog(language: str) -> Catalog:
    """The catalog as committed."""
    with (CATALOGS / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


def texts(message: Message) -> tuple[list[str], list[str]]:
    """(msgids, msgstrs) of a message, each a list also where there is only one."""
    ids = list(message.id) if isinstance(message.id, (list, tuple)) else [message.id]
    strings = list(message.string) if isinstance(message.string, (list, tuple)) else [message.string]
    return ids, [string or "" for string in strings]


def key(message: Message) -> tuple[str | None, str]:
    """What makes a message itself: its context and its singular."""
    return message.context, texts(message)[0][0]


def faults(wanted: Catalog, translated: Catalog) -> list[str]:
    """What is missing, left over or wrong in a catalog."""
    needed = {key(message) for message in wanted if message.id}
    there = {key(message): message for message in translated if message.id}
    found = [f"missing: {msgid!r}" for _, msgid in sorted(needed - set(there), key=str)]
    found += [f"asked for by nobody: {msgid!r}" for _, msgid in sorted(set(there) - needed, key=str)]
    for message in there.values():
        found += [
            f"{texts(message)[0][0]!r}: {fault}" for fault in message_faults(message, translated.num_plurals)
        ]
    return found


def message_faults(message: Message, plurals: int) -> list[str]:
    """What is wrong with one translation."""
    ids, strings = texts(message)
    if message.fuzzy:
        return ["fuzzy: a guess, not a translation"]
    if not all(string.strip() for string in strings):
        return ["empty"]
    found = []
    if len(ids) > 1 and len(strings) != plurals:
        found.append(f"{len(strings)} plural forms, the language has {plurals}")
    for string in strings:
        if sorted(PLACEHOLDER.findall(string)) != sorted(PLACEHOLDER.findall(ids[-1])):
            found.append(f"other placeholders: {string!r}")
        if sorted(TAG.findall(string)) != sorted(TAG.findall(ids[-1])):
            found.append(f"other tags: {string!r}")
        if is_left_in_english(ids[-1], string):
            found.append(f"not translated: {string!r}")
        if string.strip() != string and ids[0].strip() == ids[0]:
            found.append(f"space around it: {string!r}")
    return found


def is_left_in_english(msgid: str, string: str) -> bool:
    """Words in the original, and not one letter of Kazakh or Russian in the translation."""
    words = LATIN_WORDS.search(TAG.sub("", PLACEHOLDER.sub("", msgid)))
    return bool(words) and not CYRILLIC.search(string) and msgid not in SAME_EVERYWHERE


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalog_is_complete_and_right(language: str, tmp_path: Path) -> None:
    found = faults(extracted(tmp_path), catalog(language))
    assert not found, f"{len(found)} faults in {language}:\n" + "\n".join(found)


def test_no_text_hides_in_an_f_string() -> None:
    """Babel does not look into them: such a text would stand in no catalog, and in English on every page."""
    hidden = [
        f"{path.relative_to(ROOT)}:{call.lineno}: {ast.unparse(call)}"
        for path in sorted((ROOT / "views").rglob("*.py"))
        for joined in ast.walk(ast.parse(path.read_text()))
        if isinstance(joined, ast.JoinedStr)
        for call in ast.walk(joined)
        if isinstance(call, ast.Call) and any(isinstance(one, ast.Constant) for one in call.args)
        if isinstance(call.func, ast.Name | ast.Attribute) and _name_of(call.func) in COLLECTED
    ]
    assert not hidden, "\n".join(hidden)


def _name_of(called: ast.Name | ast.Attribute) -> str:
    return called.id if isinstance(called, ast.Name) else called.attr


def test_texts_are_collected_from_templates_and_code(tmp_path: Path) -> None:
    found = {texts(message)[0][0] for message in extracted(tmp_path) if message.id}
    assert "Skip to the main content" in found  # templates/base.html
    assert "Write the sum in digits: for example 1 500 000." in found  # views/forms.py


def wanted() -> Catalog:
    """A small template."""
    made = Catalog()
    made.add("Projects of %(year)s")
    made.add(("%(num)s vote", "%(num)s votes"))
    return made


def translated(
    text: str = "%(year)s жылғы жобалар", plural: tuple[str, ...] = ("%(num)s дауыс",) * 2
) -> Catalog:
    """Its good translation, or one with a fault."""
    made = Catalog(locale="kk")
    made.add("Projects of %(year)s", text)
    made.add(("%(num)s vote", "%(num)s votes"), plural)
    return made


def test_a_good_catalog_has_no_faults() -> None:
    assert faults(wanted(), translated()) == []


def test_planted_faults_are_found() -> None:
    guess = translated()
    guess["Projects of %(year)s"].flags.add("fuzzy")
    extra = translated()
    extra.add("Nobody asks", "Ешкім сұрамайды")
    assert "fuzzy" in faults(wanted(), guess)[0]
    assert "asked for by nobody" in faults(wanted(), extra)[0]
    assert "missing" in faults(wanted(), Catalog(locale="kk"))[0]
    assert "empty" in faults(wanted(), translated(text=""))[0]
    assert "other placeholders" in faults(wanted(), translated(text="%(jyl)s жылғы жобалар"))[0]
    assert "other placeholders" in faults(wanted(), translated(plural=("дауыс", "%(num)s дауыс")))[0]
    assert "plural forms" in faults(wanted(), translated(plural=("%(num)s дауыс",)))[0]
    assert "other tags" in faults(wanted(), translated(text="<b>%(year)s</b> жылғы жобалар"))[0]
    assert "not translated" in faults(wanted(), translated(text="Projects of %(year)s"))[0]
    assert "space around" in faults(wanted(), translated(text="%(year)s жылғы жобалар "))[0]
