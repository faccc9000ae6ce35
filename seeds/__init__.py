"""Data that is loaded by command: the archive of Saryarka, an invented demo, and a rehearsal at the size of 2020.

They use the domain functions as any other edge does; pages never load them.
"""
