"""Bulk operations on Dramatiq: record, scripts, broker, actors, progress, results."""
