"""`python -m skinseg_cli`: the same as `skinseg-mobile`."""

from skinseg_cli.main import main

main()
