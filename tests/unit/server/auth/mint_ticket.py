"""mint_ticket.py: a ticket as a game's backend makes it, with PyJWT. docs/integrate.md shows the three
lines of mint_ticket; a test runs them.

usage: mint_ticket.py mint KEY.pem DEVICE_ID NOW    prints a ticket
       mint_ticket.py verify KEY.pem TICKET NOW     prints the claims that PyJWT accepts
"""
import json
import sys
import uuid

import jwt


def mint_ticket(private_key_pem, user_id, name, rooms, device_id, now):
    claims = {"iss": "my-game", "aud": "eu-1", "sub": user_id, "name": name, "rooms": rooms, "cnf": device_id}
    claims |= {"iat": now, "exp": now + 300, "jti": str(uuid.uuid4())}
    return jwt.encode(claims, private_key_pem, algorithm="EdDSA", headers={"kid": "k1"})


if __name__ == "__main__":
    what, key_path, value, now = sys.argv[1:]
    with open(key_path, encoding="ascii") as file:
        key = file.read()
    if what == "mint":
        print(mint_ticket(key, "player-17", "Zoë", ["party:owls#leader", "team:m42-teal"], value, int(now)))
    else:
        # The shard judges times by its own clock; here only signature and audience are PyJWT's word.
        options = {"verify_exp": False, "verify_iat": False}
        public = jwt.algorithms.OKPAlgorithm().prepare_key(key).public_key()
        print(json.dumps(jwt.decode(value, public, algorithms=["EdDSA"], audience="eu-1", options=options),
                         sort_keys=True))
