"""What stands between the network and the program: one small ASGI layer for each kind of refusal."""
