// Ids for idempotency keys. `crypto.randomUUID` does not exist on plain http, `getRandomValues` does.

/** Return 128 random bits in hexadecimal. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
