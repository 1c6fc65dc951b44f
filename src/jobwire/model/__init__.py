"""The nouns of jobwire: frozen, typed, without I/O."""
