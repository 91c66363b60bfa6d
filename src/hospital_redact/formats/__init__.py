"""File formats: one module or folder each, behind the contract in ``base``."""
