"""What elements of HTML are: those that a copy keeps, those that stand on their own, and those that never show."""

from __future__ import annotations

import re


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


SPACE = " \t\n\r\f"
"""White space of HTML, which a browser shows as one blank."""

KEPT_BLOCKS = _set(
    """div p h1 h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote pre table thead tbody tfoot tr td th caption hr section
    article header footer main nav aside address figure figcaption"""
)
"""Elements of their own line that a copy keeps, without their attributes but for those in KEPT_ATTRIBUTES."""
KEPT_INLINE = _set("b strong i em u s del ins sub sup small mark code kbd samp q cite ruby")
KEPT_ATTRIBUTES = {
    "td": _set("colspan rowspan"),
    "th": _set("colspan rowspan"),
    "ol": _set("start"),
    "li": _set("value"),
}
"""Attributes that a copy keeps where they are small numbers."""
PLAIN_ADDRESS = re.compile(
    r"https?://[a-z0-9.\-]{1,200}(?::[0-9]{1,5})?(?:/[a-z0-9._~/\-]{0,300})?"
    r"|mailto:[a-z0-9._+\-]{1,64}@[a-z0-9.\-]{1,200}",
    re.IGNORECASE,
)
"""Addresses of links that a copy may keep: without a query, a mark inside a page and characters written by number."""
KEPT_LANGUAGES = _set("zh zh-cn zh-hans zh-tw zh-hant zh-hk en en-us en-gb")

OTHER_BLOCKS = _set(
    """center details summary dialog fieldset legend form hgroup menu dir listing xmp plaintext search optgroup
    option noframes frameset multicol"""
)
"""Elements of their own line that a copy writes as ``div``."""
BLOCKS = KEPT_BLOCKS | OTHER_BLOCKS | {"textarea"}
TABLE_PARTS = _set("table thead tbody tfoot tr")
"""Elements in which white space between others never shows."""
PRESERVING = _set("pre textarea listing xmp plaintext")
"""Elements in which white space shows as it is written."""

NEVER_SHOWN = _set(
    """script style template noscript noembed noframes datalist rp head link meta base title param track area map
    annotation annotation-xml colgroup col basefont bgsound"""
)
"""Elements whose text no browser shows (``title`` is read apart)."""
UNREAD_TEXT = _set("script style")
"""Elements of programs and looks, which are left out without being read."""
EMBEDDED = _set("iframe frame object embed applet video audio canvas progress meter portal fencedframe")
"""Elements that show something from elsewhere; what stands in them shows in old browsers only."""
HEADINGS = _set("h1 h2 h3 h4 h5 h6")
TOLD_ATTRIBUTES = _set(
    """alt title placeholder value content href src srcset action cite summary label abbr datetime name usemap poster
    data formaction background longdesc download ping prompt standby"""
)
"""Attributes that hold words or addresses: read and left out of every copy, as all ``data-`` and ``aria-`` ones are."""
