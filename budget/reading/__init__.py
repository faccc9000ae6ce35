"""Read models: frozen values filled with a few statements each, for pages, the API and the command line.

The statements are built once, at import; a page takes at most six, the same at 10, 40 and 400 projects. Nothing
here writes, and nothing secret is in reach: counts of an unpublished result are not read at all.
"""
