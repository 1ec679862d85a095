"""The record, the questionnaire and its rules, as one definition."""
