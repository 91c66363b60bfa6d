"""What Word, Excel and PowerPoint files share: the package, its namespaces, and what readings of it hold."""
