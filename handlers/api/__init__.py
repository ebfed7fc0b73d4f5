"""The JSON addresses for other systems: the team's inbox and the catalog's search. The same reads as the console's pages."""
