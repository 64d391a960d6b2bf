import canonicalize from 'canonicalize';

/** JSON with one spelling per value (RFC 8785), so that equal documents have equal bytes and hashes. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('A value without a JSON form cannot be made canonical');
  return text;
}
