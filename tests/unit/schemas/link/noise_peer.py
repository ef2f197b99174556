"""The other side of a Noise handshake, by an implementation that is not ours (python3-dissononce).

noise_peer.py initiator|responder, then lines of hexadecimal on standard input and output:
initiator: reads prologue, server public key, payload 1; writes message 1; reads message 2;
           writes "<payload 2> <handshake hash> <a text sealed to the server>"; reads a text that
           the server sealed and writes it opened.
responder: reads prologue, static secret, message 1, payload 2; writes "<payload 1> <message 2>
           <handshake hash> <a text sealed to the client>"; reads a text that the client sealed and
           writes it opened.
"""
import logging
import sys

try:
    from dissononce.cipher.chachapoly import ChaChaPolyCipher
    from dissononce.dh.x25519.private import PrivateKey
    from dissononce.dh.x25519.public import PublicKey
    from dissononce.dh.x25519.x25519 import X25519DH
    from dissononce.hash.sha256 import SHA256Hash
    from dissononce.processing.handshakepatterns.interactive.NK import NKHandshakePattern
    from dissononce.processing.impl.cipherstate import CipherState
    from dissononce.processing.impl.handshakestate import HandshakeState
    from dissononce.processing.impl.symmetricstate import SymmetricState
except ImportError:
    print("missing", flush=True)
    sys.exit(3)

logging.disable(logging.CRITICAL)


def take():
    return bytes.fromhex(sys.stdin.readline().strip())


def give(*values):
    print(" ".join(bytes(value).hex() for value in values), flush=True)


symmetric = SymmetricState(CipherState(ChaChaPolyCipher()), SHA256Hash())
handshake = HandshakeState(symmetric, X25519DH())
prologue = take()
if sys.argv[1] == "initiator":
    handshake.initialize(NKHandshakePattern(), True, prologue, rs=PublicKey(take()))
    message = bytearray()
    handshake.write_message(take(), message)
    give(message)
    payload = bytearray()
    to_server, to_client = handshake.read_message(take(), payload)
    sealed = to_server.encrypt_with_ad(b"", b"text to the server")
    give(payload, symmetric.get_handshake_hash(), sealed)
    give(to_client.decrypt_with_ad(b"", take()))
else:
    static = X25519DH().generate_keypair(PrivateKey(take()))
    handshake.initialize(NKHandshakePattern(), False, prologue, s=static)
    asked = bytearray()
    handshake.read_message(take(), asked)
    message = bytearray()
    to_server, to_client = handshake.write_message(take(), message)
    sealed = to_client.encrypt_with_ad(b"", b"text to the client")
    give(asked, message, symmetric.get_handshake_hash(), sealed)
    give(to_server.decrypt_with_ad(b"", take()))
