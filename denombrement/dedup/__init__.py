"""From declarations to persons: codes, links, clusters, resolution."""
