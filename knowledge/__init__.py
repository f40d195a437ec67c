"""What the bot knows: entries, warning signs, the lexicon, sources and its own wording, as plain YAML files."""
