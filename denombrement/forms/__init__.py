"""One questionnaire, four media."""
