"""denombrement: from sealed forms to published figures of a homelessness count."""

__version__ = "0.1.0"
