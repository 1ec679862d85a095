"""The research file: persons without codes, recoded until nobody stands out. It stays in ``internal/``."""
