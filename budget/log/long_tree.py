"""Proofs over a long log (RFC 6962 section 2.1) without reading all of it each time. Pure.

The root of 1,024 leaves in a row, once they are complete, never changes: whoever keeps these roots needs the leaves
of one or two stretches for any proof. The tree of these roots is the upper part of the whole tree, because a stretch
is a power of two.
"""

from collections.abc import Callable, Sequence

from budget.log.merkle import Hash, inclusion_proof, root

STRETCH = 1024

Read = Callable[[int, int], Sequence[Hash]]
"""The leaf hashes from a position up to (not including) another."""


class LongTree:
    """The first `size` leaves of a log. `known` are the roots of its first complete stretches; `stretches` are the
    same and those that were missing, for the next time."""

    def __init__(self, size: int, read: Read, known: Sequence[Hash] = ()) -> None:
        self.size, self._read = size, read
        missing = range(len(known) * STRETCH, size - STRETCH + 1, STRETCH)
        self.stretches = (*known, *(root(read(start, start + STRETCH)) for start in missing))

    def inclusion(self, index: int) -> list[Hash]:
        """The siblings from the leaf up to the root. IndexError for an index outside the tree."""
        if not 0 <= index < self.size:
            raise IndexError(index)
        start = index - index % STRETCH
        below = self._read(start, min(start + STRETCH, self.size))
        above = self._stretches_of(0, self.size)
        return inclusion_proof(below, index - start) + inclusion_proof(above, index // STRETCH)

    def consistency(self, old_size: int) -> list[Hash]:
        """That the first `old_size` leaves are the beginning. IndexError unless 0 < old_size <= size."""
        if not 0 < old_size <= self.size:
            raise IndexError(old_size)
        start, end, whole = 0, self.size, True
        proof: list[Hash] = []
        while old_size < end:
            split = start + (1 << (end - start - 1).bit_length() - 1)
            if old_size <= split:
                proof.append(self._hash(split, end))
                end = split
            else:
                proof.append(self._hash(start, split))
                start, whole = split, False
        return [*([] if whole else [self._hash(start, end)]), *reversed(proof)]

    def _hash(self, start: int, end: int) -> Hash:
        """The root of a subtree; one larger than a stretch begins where a stretch begins."""
        return root(self._read(start, end) if end - start <= STRETCH else self._stretches_of(start, end))

    def _stretches_of(self, start: int, end: int) -> list[Hash]:
        last = end - end % STRETCH
        rest = [root(self._read(last, end))] if last < end else []
        return [*self.stretches[start // STRETCH : last // STRETCH], *rest]
