"""Search that forgives: a phone without Kazakh letters finds Kazakh words. Pure.

Folds case and ә→а қ→к ө→о ұ,ү→у ғ→г ң→н һ→х і→и (facts for the code, Babel's own collation does not do this), ё→е,
and treats everything that is no letter or digit as a space. Every word of a query must occur.
"""

_FOLDED = str.maketrans("әқөұүғңһіё", "акоуугнхие")


def fold(text: str) -> str:
    """Lower case, Kazakh letters as the Russian ones people type instead, words parted by one space."""
    plain = text.lower().translate(_FOLDED)
    return " ".join("".join(c if c.isalnum() else " " for c in plain).split())


def matches(query: str, *texts: str | None) -> bool:
    """Does every word of `query` occur somewhere in `texts`? An empty query matches everything."""
    words = fold(query).split()
    if not words:
        return True
    whole = fold(" ".join(text for text in texts if text))
    return all(word in whole for word in words)
