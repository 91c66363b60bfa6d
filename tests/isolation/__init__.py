"""A package, so that worker processes import ``isolation.plugins`` under the name the tests use."""
