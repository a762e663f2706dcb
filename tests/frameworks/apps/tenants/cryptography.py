import os

from cryptography import x509  # noqa: F401
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def use():
    box = Fernet(Fernet.generate_key())
    assert box.decrypt(box.encrypt(b"text")) == b"text"
    key, nonce = AESGCM(AESGCM.generate_key(128)), os.urandom(12)
    assert key.decrypt(nonce, key.encrypt(nonce, b"text", None), None) == b"text"
