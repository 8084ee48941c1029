"""Ways to draw a posterior; each module holds one, imported only when it is used."""
