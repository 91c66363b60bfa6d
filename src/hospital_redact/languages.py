"""Chinese and English: what people read goes through a gettext catalogue; codes, ids and JSON keys never change.

The sources hold English texts, which are the keys. ``python tools/catalogues.py`` collects them into
``locales/zh/LC_MESSAGES/hospital_redact.po`` and compiles it.
"""

from __future__ import annotations

import gettext
import locale
import os
import re
from pathlib import Path

from hospital_redact.errors import HospitalRedactError

LANGUAGES = ("zh", "en")
_FOLDER = Path(__file__).with_name("locales")


class Language:
    """Translates into one of :data:`LANGUAGES`. What no catalogue holds stays English."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._texts = gettext.translation("hospital_redact", _FOLDER, [name], fallback=True)

    def __reduce__(self) -> tuple[type[Language], tuple[str]]:
        # Tasks cross process borders; a catalogue does not.
        return Language, (self.name,)

    def __call__(self, text: str, **values: object) -> str:
        """Return ``text`` in this language with its ``{names}`` replaced by ``values``.

        Values that are themselves texts of the catalogue (the name of a check in a message) are translated too.
        """
        whole = self._texts.gettext(text) if text else ""
        if not values:
            return whole
        return whole.format(**{k: self._texts.gettext(v) if isinstance(v, str) and v else v for k, v in values.items()})

    def place(self, location: str) -> str:
        """Return a location's words in this language; names of parts of a file stay as they are."""
        return re.sub(
            r"(?<![\w/.])[a-z]+(?: name)?(?![\w/.])", lambda word: self._texts.gettext(word.group()), location
        )

    def message(self, error: HospitalRedactError) -> str:
        """Return an error's message in this language."""
        return self(error.template, **error.values)


ENGLISH = Language("en")


def language_of(choice: str | None) -> Language:
    """Return the language of ``--lang``, else that of the locale: Chinese for a Chinese one, English otherwise."""
    if choice is None:
        named = next((os.environ[n] for n in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(n)), "")
        spoken = named or locale.getlocale()[0] or ""  # Windows names it "Chinese (Simplified)_China"
        choice = "zh" if spoken.lower().startswith(("zh", "chinese")) else "en"
    return Language(choice)
