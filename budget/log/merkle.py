"""Merkle tree of RFC 6962 section 2.1 (RFC 9162 section 2.1): roots, inclusion and consistency proofs.

A leaf is hashed with the prefix 0x00, a node with 0x01, so that a node can never pass for a leaf. All functions
but `leaf_hash` take leaf hashes (32 bytes each), in log order. An inclusion proof shows that a leaf stands at an
index of a tree; a consistency proof shows that a smaller tree is the beginning of a larger one.
"""

from collections.abc import Sequence
from hashlib import sha256

Hash = bytes


def leaf_hash(data: bytes) -> Hash:
    return sha256(b"\x00" + data).digest()


def node_hash(left: Hash, right: Hash) -> Hash:
    return sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[Hash]) -> Hash:
    """The head of the tree; of an empty tree SHA-256 of nothing."""
    level = list(leaves) or [sha256().digest()]
    while len(level) > 1:
        level = _parents(level)
    return level[0]


class Frontier:
    """A log that only grows, in the memory of its height: the roots of its complete subtrees, the largest first."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[Hash] = []

    def append(self, leaf: Hash) -> None:
        """Add a leaf hash at the end."""
        hashed, below = leaf, self.size
        while below & 1:
            hashed, below = node_hash(self._peaks.pop(), hashed), below >> 1
        self._peaks.append(hashed)
        self.size += 1

    def copy(self) -> "Frontier":
        """The same log, to grow apart from this one."""
        same = Frontier()
        same.size, same._peaks = self.size, self._peaks.copy()
        return same

    def root(self) -> Hash:
        """The head of the tree as it is now."""
        if not self._peaks:
            return root(())
        *larger, hashed = self._peaks
        for peak in reversed(larger):
            hashed = node_hash(peak, hashed)
        return hashed


def inclusion_proof(leaves: Sequence[Hash], index: int) -> list[Hash]:
    """The siblings from the leaf up to the root. IndexError for an index outside the tree."""
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    proof, level = [], list(leaves)
    while len(level) > 1:
        if index ^ 1 < len(level):
            proof.append(level[index ^ 1])
        level, index = _parents(level), index // 2
    return proof


def is_included(leaf: Hash, index: int, size: int, proof: Sequence[Hash], head: Hash) -> bool:
    """Does `proof` lead from the leaf hash at `index` of a tree of `size` leaves to `head`?"""
    if not 0 <= index < size:
        return False
    siblings, hashed, last = iter(proof), leaf, size - 1
    while last:
        if index % 2 or index < last:
            sibling = next(siblings, None)
            if sibling is None:
                return False
            hashed = node_hash(sibling, hashed) if index % 2 else node_hash(hashed, sibling)
        index, last = index // 2, last // 2
    return hashed == head and next(siblings, None) is None


def consistency_proof(leaves: Sequence[Hash], old_size: int) -> list[Hash]:
    """That the first `old_size` leaves are the beginning of the tree. IndexError unless 0 < old_size <= size."""
    if not 0 < old_size <= len(leaves):
        raise IndexError(old_size)
    return _subproof(leaves, old_size, whole=True)


def is_consistent(old_size: int, size: int, old_head: Hash, head: Hash, proof: Sequence[Hash]) -> bool:
    """Does `proof` show that the tree `old_head` of `old_size` leaves grew into `head` of `size`?"""
    if not 0 < old_size <= size:
        return False
    if old_size == size:
        return old_head == head and not proof
    index, last = old_size - 1, size - 1
    while index % 2:
        index, last = index // 2, last // 2
    path = [*([old_head] if not index else []), *proof]  # a complete old tree is its own first node
    if not path:
        return False
    old = new = path[0]
    siblings = iter(path[1:])
    while last:
        if index % 2 or index < last:
            sibling = next(siblings, None)
            if sibling is None:
                return False
            old = node_hash(sibling, old) if index % 2 else old
            new = node_hash(sibling, new) if index % 2 else node_hash(new, sibling)
        index, last = index // 2, last // 2
    return old == old_head and new == head and next(siblings, None) is None


def _parents(level: Sequence[Hash]) -> list[Hash]:
    pairs = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
    return pairs + [level[-1]] * (len(level) % 2)


def _subproof(leaves: Sequence[Hash], old_size: int, *, whole: bool) -> list[Hash]:
    if old_size == len(leaves):
        return [] if whole else [root(leaves)]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if old_size <= split:
        return [*_subproof(leaves[:split], old_size, whole=whole), root(leaves[split:])]
    return [*_subproof(leaves[split:], old_size - split, whole=False), root(leaves[:split])]
