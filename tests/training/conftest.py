"""The generator and the trainer lie beside the package, at the root of the repository."""

from __future__ import annotations

import sys

from support import ROOT

sys.path.insert(0, str(ROOT))
