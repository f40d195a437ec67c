"""Benchmarks: each prints ratios and medians of one run, and asserts nothing. Not part of the tests."""
