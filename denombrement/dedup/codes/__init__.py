"""Identity: normalised names and dates, keyed codes and tokens.

The names exist only where they are typed. What leaves is an exact code and tokens by part, keyed under the campaign's
secret (design: a thief without the secret, or a violent partner with a name and a birth date in hand, learns nothing).
"""

from denombrement.dedup.codes.identity import Identity
from denombrement.dedup.codes.recipe import Recipe, recipe_names
from denombrement.dedup.codes.tokens import IdentityTokens, identity_tokens

__all__ = ["Identity", "IdentityTokens", "Recipe", "identity_tokens", "recipe_names"]
