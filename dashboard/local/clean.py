"""Removes what root's PostgreSQL keeps outside the checkout; `make clean` removes the rest."""

import shutil

from dashboard.local import place, postgres

if __name__ == "__main__":
    shelters = [place.shelter_of(postgres.DATA), place.shelter_of(postgres.TEST_DATA)]
    if package := place.wheel():
        shelters.append(place.copy_of(package))
    for folder in shelters:
        shutil.rmtree(folder, ignore_errors=True)
