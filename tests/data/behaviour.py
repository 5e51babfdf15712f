"""A class that generated ones inherit from."""


class Named:
    """Shouts its name."""

    name: str

    def shout(self) -> str:
        return self.name.upper()
