"""The domain of a participation budget; no web framework here. Start with README.md in this folder."""
