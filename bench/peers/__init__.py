"""The peers, as this benchmark starts them; all but the floor run in a virtual environment of their own."""
