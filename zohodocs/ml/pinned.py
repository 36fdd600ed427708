"""SHA-256 of the model files that ship; `manage.py train --out DIR` prints those of new ones."""

SHIPPED: dict[str, str] = {
    "fields.skops": "5acd72e3ed567479a97139826936d954e7a2db26f29196eaafd0d16ff41e15a6",
    "fields.json": "7746ddccb118de8c65439b8e5db3f826ff496b1d2412b26eec5654d0456bcbf7",
}
