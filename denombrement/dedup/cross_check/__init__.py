"""A second opinion on who is one person: Splink on the same tokens. It changes nothing in the result.

Splink is a well-known program of others with other assumptions: pairs judged one by one, fields independent. Where it and
the model part company, an officer should look. It is timid: it finds fewer pairs, hence too many persons.
"""
