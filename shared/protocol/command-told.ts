/** What a command says, as people are told it. */
import { decodeJwt } from 'jose';
import type { Release } from './release.ts';

/** Of a signed release its version, not checked; the rest as it is. Never throws. */
export function toldOf(payload: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { release } = payload;
  if (release === null) return { back: true };
  return typeof release === 'string' ? { back: false, version: versionIn(release) } : { ...payload };
}

function versionIn(release: string): string {
  try {
    return decodeJwt<Partial<Release>>(release).version ?? '?';
  } catch {
    return '?';
  }
}
