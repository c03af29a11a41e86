"""What every screen is made of, and the windows that ask, help and choose."""
