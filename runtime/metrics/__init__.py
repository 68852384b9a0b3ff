"""What an operator sees in figures: counted in plain integers, flushed once a second, told for all processes at once."""
