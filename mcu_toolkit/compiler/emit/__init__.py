"""Emission of C: turns a planned graph into the generated folder, with the templates of firmware/templates."""
