"""How changes travel to other systems. Imports domain; the api knows nothing of this room."""
