"""The lot among tied projects: nobody can know it before the public draw, anybody can redo it after.

seed = SHA256(final root || draw), tied projects are ordered by SHA256(seed || project id). The root is published
before the draw, so whoever runs the draw cannot choose the outcome, and whoever fills the box cannot either.
"""

from collections.abc import Iterable
from hashlib import sha256


def lot_seed(root: bytes, draw: str) -> bytes:
    """The seed from the published final root (32 bytes) and the drawn number as it was announced."""
    return sha256(root + draw.encode()).digest()


def lot_ranks(root: bytes, draw: str, ids: Iterable[str]) -> dict[str, int]:
    """Rank 1.. of every id; the lower rank goes first. Does not depend on the order of `ids`."""
    seed = lot_seed(root, draw)
    drawn = sorted(set(ids), key=lambda project: (sha256(seed + project.encode()).digest(), project))
    return {project: rank for rank, project in enumerate(drawn, start=1)}
