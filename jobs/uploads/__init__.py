"""Uploads of births: bytes as they come become slices of rows, and what is wrong is told with its line."""
