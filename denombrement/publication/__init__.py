"""From tables and labels to maps, reports and open data."""
