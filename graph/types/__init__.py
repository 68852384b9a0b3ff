"""The schema's types. A field is an attribute of a frozen value of `ephemeris`, or a function of it with arguments."""
