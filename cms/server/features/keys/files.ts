/**
 * The key folder (mode 0700, files 0600):
 * - root.json       the root key; may be taken offline, and is needed only to renew the list
 * - online.json     the programme and takeover keys
 * - key-list.json   the signed key list and the root's public key, which players pin
 */
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { compactJws, msUtc, publicKey } from '../../../../shared/protocol/common.ts';
import { keyUse } from '../../../../shared/protocol/keys.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import { makePrivateFolder, syncFolder, writeFileDurably, writeNewFile } from '../../files.ts';

const privatePair = { kid: z.string(), x: publicKey, d: publicKey };
const rootFile = z.strictObject(privatePair);
const onlineKey = z.strictObject({ ...privatePair, use: keyUse, notBefore: msUtc, notAfter: msUtc });
const onlineFile = z.strictObject({ keys: z.array(onlineKey).min(1) });
const listFile = z.strictObject({ rootKey: publicKey, jws: compactJws });

export type RootFile = z.infer<typeof rootFile>;
export type OnlineKey = z.infer<typeof onlineKey>;
export type ListFile = z.infer<typeof listFile>;

/** Codes: `keys_missing`, `keys_unreadable`, `keys_expired`, `keys_foreign`. The message says what a person can do. */
export class KeysError extends AppError {
  constructor(code: string, message: string, cause?: unknown) {
    super(code, message, { status: 500, ...(cause === undefined ? {} : { cause }) });
  }
}

export interface KeyFiles {
  readonly root: RootFile | null;
  readonly online: readonly OnlineKey[];
  readonly list: ListFile;
}

async function readOne<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new KeysError('keys_unreadable', `The key file ${path} cannot be read`, error);
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    // No cause: it would quote the file.
    throw new KeysError('keys_unreadable', `The key file ${path} is damaged; put it back from the backup`);
  }
}

/** @returns null when there are no keys yet. @throws KeysError */
export async function readKeyFiles(folder: string): Promise<KeyFiles | null> {
  const [root, online, list] = await Promise.all([
    readOne(join(folder, 'root.json'), rootFile),
    readOne(join(folder, 'online.json'), onlineFile),
    readOne(join(folder, 'key-list.json'), listFile),
  ]);
  if (!root && !online && !list) return null;
  if (!online || !list) {
    const name = online ? 'key-list.json' : 'online.json';
    throw new KeysError('keys_missing', `${join(folder, name)} is missing; put it back from the backup`);
  }
  return { root, online: online.keys, list };
}

const text = (value: unknown): string => JSON.stringify(value, null, 2) + '\n';

/** Writes the first keys: all files appear together, or none. */
export async function createKeyFiles(folder: string, files: KeyFiles): Promise<void> {
  const parent = dirname(folder);
  await makePrivateFolder(parent);
  // mkdtemp makes folders with mode 0700.
  const temporary = await mkdtemp(join(parent, `.${basename(folder)}-`));
  try {
    await writeNewFile(join(temporary, 'root.json'), text(files.root), 0o600);
    await writeNewFile(join(temporary, 'online.json'), text({ keys: files.online }), 0o600);
    await writeNewFile(join(temporary, 'key-list.json'), text(files.list), 0o600);
    await syncFolder(temporary);
    // Onto a folder that is absent or empty; one with files in it is refused.
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
  await syncFolder(parent);
}

/** Replaces keys and list. The keys first: a key that no list names is merely not used. */
export async function replaceKeyFiles(folder: string, online: readonly OnlineKey[], list: ListFile): Promise<void> {
  await writeFileDurably(join(folder, 'online.json'), text({ keys: online }), 0o600);
  await writeFileDurably(join(folder, 'key-list.json'), text(list), 0o600);
}
