"""Jyotish as pure functions over frozen values; the Swiss Ephemeris behind one door (`ephemeris.swiss`)."""
