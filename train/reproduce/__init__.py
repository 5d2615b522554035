"""The papers' tables, row by row: what was printed, what was measured here, what was not run."""
