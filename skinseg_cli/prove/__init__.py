"""Commands that prove an artefact: `parity`, `gate`, `bench`, `device`, `provenance`, `vectors`."""
