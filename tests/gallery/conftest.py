"""The numbers that the gallery's examples arrive at, from the build of the site."""

import json

import pytest


@pytest.fixture(scope="session")
def numbers(site):
    """Return a function that gives an example's numbers by their names in it."""

    def of(example):
        path = site.numbers / f"{example}.json"
        if not path.exists():
            pytest.fail(f"{example} did not run; the build says\n{site.log[-3000:]}")
        return json.loads(path.read_text(encoding="utf-8"))

    return of
