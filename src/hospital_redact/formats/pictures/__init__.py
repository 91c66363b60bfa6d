"""Pictures: what their bytes may keep."""
