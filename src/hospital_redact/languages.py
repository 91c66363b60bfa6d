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
_DOMAIN = "hospital_redact"
_DETAILS = ("where", "listed", "what", "how")
"""Values of messages that are phrases or places themselves."""
_WORD = re.compile(r"(?<![\w/.])(?:file name|[a-z_]+)(?: \d+)?(?![\w/.])")


class Language:
    """Translates into one of :data:`LANGUAGES`. What no catalogue holds stays English."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._texts = gettext.translation(_DOMAIN, _FOLDER, [name], fallback=True)

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
        words = _WORD.sub(lambda found: self._counted(found.group()), location)
        return words.replace(", ", self._texts.gettext(", "))

    def detail(self, text: str) -> str:
        """Return in this language what a check, an error or a reading says about places: phrases and places, joined
        by semicolons and colons, with numbers and brackets in them."""
        whole = self._counted(text)
        if whole != text:
            return whole
        if bracket := re.fullmatch(r"( ?)\((.*)\)", text):
            return f"{bracket[1]}({self.detail(bracket[2])})"
        for separator in ("; ", ": "):
            if separator in text:
                return self._texts.gettext(separator).join(self.detail(part) for part in text.split(separator))
        if bracket := re.fullmatch(r"(.+) \(([^()]*)\)", text):
            return f"{self.detail(bracket[1])} ({self.detail(bracket[2])})"
        return self.place(text)

    def _counted(self, text: str) -> str:
        """Return ``text`` translated, the catalogue's ``{number}`` standing for the number in it."""
        numbers = re.findall(r"\d+", text)
        if len(numbers) == 1:
            template = text.replace(numbers[0], "{number}")
            whole = self._texts.gettext(template)
            if whole != template:
                return whole.replace("{number}", numbers[0])
            word, _, rest = text.rpartition(" ")
            return f"{self._texts.gettext(word)} {rest}" if word and rest == numbers[0] else text
        return self._texts.gettext(text) if text else ""

    def message(self, error: HospitalRedactError) -> str:
        """Return an error's message in this language."""
        values = {
            name: self.detail(value) if name in _DETAILS and isinstance(value, str) else value
            for name, value in error.values.items()
        }
        return self(error.template, **values)

    def use_for_usage(self) -> None:
        """Let argparse speak this language too: it asks gettext's own domain, which is the whole process's."""
        gettext.bindtextdomain(_DOMAIN, str(_FOLDER))
        gettext.textdomain(_DOMAIN)
        os.environ["LANGUAGE"] = self.name


ENGLISH = Language("en")


def language_of(choice: str | None) -> Language:
    """Return the language of ``--lang``, else that of the locale: Chinese for a Chinese one, English otherwise."""
    if choice is None:
        named = next((os.environ[n] for n in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(n)), "")
        spoken = named or locale.getlocale()[0] or ""  # Windows names it "Chinese (Simplified)_China"
        choice = "zh" if spoken.lower().startswith(("zh", "chinese")) else "en"
    return Language(choice)
