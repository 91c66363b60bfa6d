"""Find what must not leave a hospital, and write copies that are proved against the plan."""
