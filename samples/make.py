"""Makes the samples in this folder: small photos, one per problem. Run: python samples/make.py

Needs scikit-image, whose public-domain pictures they are made of, besides preflight's own packages.
What each is and what preflight has to say about it is in manifest.toml. The same versions of the
packages give the same bytes; the outputs are committed, so that nobody has to run this to use them.
"""

from __future__ import annotations

from pathlib import Path

from making import colours, phones, shapes, wrecks
from making.pictures import RECIPES

HERE = Path(__file__).parent
MODULES = (phones, colours, shapes, wrecks)
"""Importing them fills `RECIPES`."""


def main() -> None:
    total = 0
    for name, recipe in RECIPES.items():
        data = recipe()
        total += len(data)
        (HERE / name).write_bytes(data)
        print(f"{len(data):>9,}  {name}")
    print(f"{total:>9,}  in {len(RECIPES)} files")


if __name__ == "__main__":
    main()
