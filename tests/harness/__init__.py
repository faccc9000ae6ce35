"""Fixtures and checks shared by all tests; tests/conftest.py offers them to pytest."""
