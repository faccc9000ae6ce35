"""The log of ballots: anybody can check that an envelope is in it and that nothing in it was changed."""
