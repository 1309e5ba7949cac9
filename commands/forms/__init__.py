"""pydantic model to modal and back."""
