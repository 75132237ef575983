/** A key that no other sweep has. `crypto.randomUUID` is missing on pages without TLS; this is not. */

export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
