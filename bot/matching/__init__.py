"""From a text to the entries that it may mean: similarity, the fitted matcher, the decision."""
