"""From files as received to stored declarations; what cannot be read is quarantined."""
