"""The human's part of deduplication: which pairs to look at first, on what evidence, and answers that nothing overrules."""
