"""Signed files as senders' tools write them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import (
    PKCS7Options,
    PKCS7SignatureBuilder,
)
from cryptography.x509.oid import NameOID

SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
DATA = bytes.fromhex("06092a864886f70d010701")
END = b"\0\0"


@cache
def _signer() -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Ada Bruni")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 7)
        .not_valid_before(datetime(2024, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2034, 1, 1, tzinfo=UTC))
        .sign(key, SHA256())
    )
    return certificate, key


def signed(content: bytes, *, encoding: Encoding = Encoding.DER, detached: bool = False) -> bytes:
    """The content inside a real signature."""
    options = [PKCS7Options.Binary, *([PKCS7Options.DetachedSignature] if detached else [])]
    certificate, key = _signer()
    builder = PKCS7SignatureBuilder().set_data(content).add_signer(certificate, key, SHA256())
    return builder.sign(encoding, options)


def streamed(pieces: Sequence[bytes]) -> bytes:
    """The pieces in an envelope of unknown length (BER), as signing cards write it."""
    octets = b"".join(b"\x04\x82" + len(piece).to_bytes(2, "big") + piece for piece in pieces)
    string = b"\x24\x80" + octets + END
    inside = b"\x30\x80" + DATA + b"\xa0\x80" + string + END + END
    data = b"\x30\x80" + b"\x02\x01\x01" + b"\x31\x80" + b"\x30\x02\x05\x00" + END + inside + END
    return b"\x30\x80" + SIGNED_DATA + b"\xa0\x80" + data + END + END
