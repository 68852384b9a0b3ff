"""A service elsewhere, as the command line asks it: by HTTP, with nothing but the standard library."""
