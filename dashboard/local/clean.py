"""Removes what root's PostgreSQL keeps outside the checkout; `make clean` removes the rest."""

import shutil

from dashboard.local import place, postgres

if __name__ == "__main__":
    for folder in (postgres.DATA, postgres.TEST_DATA):
        shutil.rmtree(place.shelter_of(folder), ignore_errors=True)
