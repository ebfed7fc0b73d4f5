"""How the outside talks: one file a provider, one vocabulary (base.py). A new channel is a new file here and a door in handlers/."""
