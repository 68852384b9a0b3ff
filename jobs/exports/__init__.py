"""Downloads: an operation's lines in input order, as JSON lines, CSV or Parquet, in pieces and never held."""
