"""Generates hospital text with its persons marked, and trains the small name tagger from it. Not part of the wheel."""
