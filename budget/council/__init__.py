"""The Expert Council: who is in it, how it screens before the vote, and how it confirms after it."""
