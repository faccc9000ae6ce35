"""Do the numbers add up? The sums of a published count, each with its terms (voting.md, "The log of ballots").

`budget.sums` refuses to count or publish when one does not; here they are for everybody to add up again.
"""

from dataclasses import dataclass

from budget.reading.results import Outcome


@dataclass(frozen=True)
class Sums:
    """The terms. `electronic` are the people who voted by web or at the desk, those set aside included."""

    leaves: int
    replaced: int
    annulled: int
    papers: int
    valid: int
    empty: int
    invalid: int
    electronic: int
    on_paper: int
    """People who took a paper: `papers` of them are valid, the others spoiled or not handed in."""

    @property
    def opened(self) -> int:
        """Ballots opened: valid + empty + invalid."""
        return self.valid + self.empty + self.invalid

    @property
    def from_leaves(self) -> int:
        """Ballots by web and desk in the log that no later one replaced."""
        return self.leaves - self.replaced - self.papers

    @property
    def leaves_add_up(self) -> bool:
        """leaves = opened + replaced + annulled."""
        return self.leaves == self.opened + self.replaced + self.annulled

    @property
    def people_add_up(self) -> bool:
        """One ballot by web and desk that was not replaced for each person who voted there."""
        return self.from_leaves == self.electronic


def of_outcome(outcome: Outcome) -> Sums | None:
    """The sums of a count; None where there was no log of ballots, or the numbers were not kept yet."""
    turnout, took_part = outcome.turnout, outcome.took_part
    if not turnout.leaves or took_part is None:
        return None
    return Sums(
        leaves=turnout.leaves,
        replaced=turnout.replaced,
        annulled=turnout.annulled,
        papers=turnout.papers,
        valid=turnout.valid,
        empty=turnout.empty,
        invalid=turnout.invalid,
        electronic=took_part.electronic + turnout.annulled,
        on_paper=turnout.participations - took_part.electronic,
    )
