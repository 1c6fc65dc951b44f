"""Gather postings from career sites."""
