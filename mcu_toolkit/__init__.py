"""From a folder of images to a measured microcontroller."""

__version__ = "0.1.0"
