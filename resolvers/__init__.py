"""Answers questions: keys, loaders, cache, and the pool that runs `ephemeris` off the event loop."""
