"""Identity: normalised names and dates, keyed codes and tokens.

The names exist only where they are typed. What leaves is an exact code and tokens by part, keyed under the campaign's
secret (design: a thief without the secret, or a violent partner with a name and a birth date in hand, learns nothing).
"""

from denombrement.dedup.codes.frame import tokens_frame
from denombrement.dedup.codes.identity import Identity
from denombrement.dedup.codes.mnemonic import file_mark, mnemonic_tokens, write_mnemonic
from denombrement.dedup.codes.opaque import OpaqueRecipe, opaque_tokens
from denombrement.dedup.codes.recipe import Recipe, recipe_names
from denombrement.dedup.codes.tokens import IdentityTokens, identity_tokens
from denombrement.dedup.codes.web import web_tables

__all__ = [
    "Identity",
    "IdentityTokens",
    "OpaqueRecipe",
    "Recipe",
    "file_mark",
    "identity_tokens",
    "mnemonic_tokens",
    "opaque_tokens",
    "recipe_names",
    "tokens_frame",
    "web_tables",
    "write_mnemonic",
]
