"""Catalogs in tests: compiled when stale, and every text that is asked for in vain is recorded."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations

from models.enums import Language
from views import texts

ROOT = Path(__file__).resolve().parents[2]
CATALOGS = ROOT / "views" / "translations"
TRANSLATED = (Language.KK, Language.RU)


def compile_catalogs() -> None:
    """Make each .mo that is missing or older than its .po; safe beside another worker doing the same."""
    for po in CATALOGS.glob("*/LC_MESSAGES/messages.po"):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
            continue
        with po.open("rb") as source:
            catalog = read_po(source, locale=po.parents[1].name)
        with tempfile.NamedTemporaryFile(dir=po.parent, suffix=".tmp", delete=False) as target:
            write_mo(target, catalog)
        Path(target.name).chmod(0o644)
        os.replace(target.name, mo)  # noqa: PTH105  # atomic, by name


class _Missing(NullTranslations):
    """The last place gettext looks: says the text is English, and notes that it was asked for."""

    def __init__(self, asked: list[str]) -> None:
        super().__init__()
        self._asked = asked

    def gettext(self, message: str) -> str:
        self._asked.append(message)
        return message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        self._asked.append(msgid1)
        return msgid1 if n == 1 else msgid2


@contextmanager
def recorded_misses() -> Iterator[list[str]]:
    """Everything that was looked for in the kk or ru catalog in vain while the block runs."""
    asked: list[str] = []
    catalogs = [texts.catalog(language) for language in TRANSLATED]
    for catalog in catalogs:
        catalog._fallback = _Missing(asked)
    try:
        yield asked
    finally:
        for catalog in catalogs:
            catalog._fallback = None
