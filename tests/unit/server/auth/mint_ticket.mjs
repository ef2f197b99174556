// mint_ticket.mjs: a ticket as a game's backend makes it, with nothing but Node. docs/integrate.md shows
// the lines of mintTicket; a test runs them.
//
// usage: mint_ticket.mjs mint KEY.pem DEVICE_ID NOW    prints a ticket
//        mint_ticket.mjs verify KEY.pem TICKET NOW     prints the claims if node:crypto accepts the signature
import { createPrivateKey, createPublicKey, randomUUID, sign, verify } from "node:crypto";
import { readFileSync } from "node:fs";

function mintTicket(privateKeyPem, userId, name, rooms, deviceId, now) {
    const claims = { iss: "my-game", aud: "eu-1", sub: userId, name, rooms, cnf: deviceId, iat: now, exp: now + 300, jti: randomUUID() };
    const text = [{ alg: "EdDSA", kid: "k1" }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
    return text + "." + sign(null, Buffer.from(text), privateKeyPem).toString("base64url");
}

const [what, keyPath, value, now] = process.argv.slice(2);
const pem = readFileSync(keyPath, "ascii");
if (what === "mint") {
    console.log(mintTicket(pem, "player-17", "Zoë", ["party:owls#leader", "team:m42-teal"], value, Number(now)));
} else {
    const [header, payload, signature] = value.split(".");
    const publicKey = createPublicKey(createPrivateKey(pem));
    if (!verify(null, Buffer.from(header + "." + payload), publicKey, Buffer.from(signature, "base64url"))) {
        throw new Error("the signature is not of this key");
    }
    console.log(Buffer.from(payload, "base64url").toString());
}
