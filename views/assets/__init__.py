"""The sources of the style sheet and the script, and what builds them into views/static."""
