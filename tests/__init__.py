"""The tests, mirroring the packages; `tests.harness` holds what they share."""
