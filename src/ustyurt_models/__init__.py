"""Survey data to feasibility verdict for prey restoration and cheetah reintroduction."""

__version__ = "0.1.0"
