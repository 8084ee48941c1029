"""The random encounter model: density from the rate at which animals pass cameras."""
