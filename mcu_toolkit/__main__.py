"""``python -m mcu_toolkit`` is ``mcutk``."""

from mcu_toolkit.cli.main import main

if __name__ == "__main__":
    main()
