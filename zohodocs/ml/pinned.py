"""SHA-256 of the model files that ship; `manage.py train --out DIR` prints those of new ones."""

SHIPPED: dict[str, str] = {
    "fields.skops": "5da83243456a520919e237f3d255ad0bafcdefcb62d52c5469de6b35a3cbcba3",
    "fields.json": "655b36852912b4214655617a3c5a1c38b03d6ae28ca2200b8258d062b6e3838e",
}
