"""A shop that charges cards, packs parcels and writes letters in the background."""
