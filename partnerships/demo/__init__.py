"""An invented partnership with eighteen months of history, made by the product's own services."""
