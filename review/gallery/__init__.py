"""One page with every component in every state, made of the very templates the pages use."""
