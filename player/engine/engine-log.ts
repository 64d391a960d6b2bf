/** The log of this player and of those before it, in its own folder, for whoever asks for it from afar: bounded, and without secrets. */
import { appendFileSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A file is put aside at this size, and the one before it goes, bytes. */
const fileBytes = 256_000;

/** What opens something, wherever it stands in a line: signed tokens, tokens of addresses and headers, keys, passwords. */
const secrets: readonly (readonly [RegExp, string])[] = [
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, '…'],
  [/\b(bearer\s+)[^\s"']+/gi, '$1…'],
  // Also where a line holds JSON as a text, with its quotes escaped.
  [/\b(token|password|secret)(=|\\*":\s*\\*")[^\s"'&\\]+/gi, '$1$2…'],
  [/(\\*"d\\*":\s*\\*")[\w-]{43}/g, '$1…'],
  [/:\/\/[^\s/@"']+@/g, '://…@'],
];

export const withoutSecrets = (text: string): string =>
  secrets.reduce((safe, [pattern, instead]) => safe.replace(pattern, instead), text);

export class EngineLog {
  readonly #file: string;
  readonly #before: string;
  #size: number | null = null;

  /** @param folder the player's own */
  constructor(folder: string) {
    this.#file = join(folder, 'engine.log');
    this.#before = join(folder, 'engine.log.1');
  }

  /** Never throws: a disk that is full or failing costs the line, nothing else. */
  write(line: string): void {
    const safe = withoutSecrets(line);
    try {
      this.#size ??= sizeOf(this.#file);
      if (this.#size > fileBytes) {
        renameSync(this.#file, this.#before);
        this.#size = 0;
      }
      appendFileSync(this.#file, safe, { mode: 0o600 });
      this.#size += Buffer.byteLength(safe);
    } catch {
      this.#size = null;
    }
  }

  /** What was written is nothing to whom this player belongs now. Never throws: a disk that takes no change keeps no board dark. */
  forget(): void {
    this.#size = null;
    try {
      for (const file of [this.#file, this.#before]) rmSync(file, { force: true });
    } catch {
      // Nothing new is written to it either.
    }
  }

  /** The last whole lines, of so many bytes at most. Empty where nothing was written. */
  tail(maxBytes: number): string {
    const bytes = Buffer.concat([readOr(this.#before), readOr(this.#file)]);
    const cut = bytes.subarray(Math.max(0, bytes.length - maxBytes));
    const text = cut.toString('utf8');
    return cut.length === bytes.length ? text : text.slice(text.indexOf('\n') + 1);
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function readOr(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
}
