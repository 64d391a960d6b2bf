/**
 * A backup is one tar file (POSIX ustar), so that any machine can open it in ten years. Its last entry, `manifest.json`, names
 * every entry before it with size and SHA-256: a file that was cut short has none, and one that was changed does not agree.
 */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { extract, pack } from 'tar-stream';
import { z } from 'zod';
import { msUtc, sha256Hex } from '../../../shared/protocol/common.ts';
import { AppError } from '../../../shared/util/errors.ts';

/**
 * Codes: `backup_exists`, `backup_postgres`, `backup_no_data`, `backup_unreadable`, `backup_damaged`, `backup_newer`,
 * `restore_not_empty`, `restore_no_place`. The message says what to do.
 */
export class BackupError extends AppError {
  constructor(code: string, message: string, cause?: unknown) {
    super(code, message, { status: 500, ...(cause === undefined ? {} : { cause }) });
  }
}

const manifestName = 'manifest.json';
const manifestBytes = 256_000_000;

/** What a backup may hold, below the data folder. Nothing else is ever written by a restore. */
export const entryName = z
  .string()
  .regex(
    /^(cms\.sqlite|keys\/(root|online|key-list|second-factor)\.json|media\/[0-9a-f]{2}\/[0-9a-f]{64}|uploads\/[0-9a-f-]{36}|releases\/[0-9a-f]{64})$/,
  );

/** Without these no CMS goes on. */
export const neededEntries = ['cms.sqlite', 'keys/online.json', 'keys/key-list.json'];

const entryFact = z.strictObject({ name: entryName, size: z.int().min(0), sha256: sha256Hex });
export type EntryFact = z.infer<typeof entryFact>;

const manifestSchema = z.strictObject({
  format: z.literal('bang-tin-backup'),
  v: z.literal(1),
  createdAt: msUtc,
  entries: z.array(entryFact),
});
export type BackupManifest = z.infer<typeof manifestSchema>;

/** A file that goes into a backup. */
export interface Source {
  readonly name: string;
  readonly path: string;
}

async function* hashed(bytes: AsyncIterable<Buffer>, hash: Hash): AsyncGenerator<Buffer> {
  for await (const chunk of bytes) {
    hash.update(chunk);
    yield chunk;
  }
}

/** Writes an archive to `path`, which must not exist; readable by its owner only. Not yet forced to the disk. */
export async function writeArchive(
  path: string,
  sources: readonly Source[],
  createdAt: number,
  onFile: (done: number) => void,
): Promise<BackupManifest> {
  const archive = pack();
  const written = pipeline(archive, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
  const entries: EntryFact[] = [];
  const fill = async (): Promise<BackupManifest> => {
    for (const { name, path: source } of sources) {
      const { size } = await stat(source);
      const hash = createHash('sha256');
      await pipeline(
        createReadStream(source, { end: Math.max(0, size - 1) }),
        (bytes: AsyncIterable<Buffer>) => hashed(bytes, hash),
        archive.entry({ name, size, mode: 0o600 }),
      );
      entries.push({ name, size, sha256: hash.digest('hex') });
      onFile(entries.length);
    }
    const manifest: BackupManifest = { format: 'bang-tin-backup', v: 1, createdAt, entries };
    archive.entry({ name: manifestName, mode: 0o600 }, JSON.stringify(manifest));
    archive.finalize();
    return manifest;
  };
  const [manifest] = await Promise.all([
    fill().catch((error: unknown) => {
      archive.destroy(error as Error);
      throw error;
    }),
    written,
  ]);
  return manifest;
}

/**
 * Hands every entry to `take`, and checks each against the manifest at the end.
 * @throws BackupError `backup_unreadable`, `backup_damaged`, `backup_newer`
 */
export async function readArchive(
  path: string,
  take: (name: string, bytes: AsyncIterable<Buffer>) => Promise<void>,
): Promise<BackupManifest> {
  const found: EntryFact[] = [];
  const state: { manifest: string | null } = { manifest: null };
  const archive = extract();
  const reading = pipeline(createReadStream(path), archive);
  const going = async (): Promise<void> => {
    for await (const entry of archive) {
      const { name, size = 0, type } = entry.header;
      if (name === manifestName) state.manifest = await textOf(entry as AsyncIterable<Buffer>, size);
      else {
        if (type !== 'file' || !entryName.safeParse(name).success || state.manifest !== null)
          throw damaged(`It holds ${JSON.stringify(name.slice(0, 80))}, which no backup has`);
        const hash = createHash('sha256');
        await take(name, hashed(entry as AsyncIterable<Buffer>, hash));
        found.push({ name, size, sha256: hash.digest('hex') });
      }
    }
  };
  try {
    await Promise.all([reading, going()]);
  } catch (error) {
    archive.destroy();
    await reading.catch(() => undefined);
    throw explained(path, error);
  }
  return check(state.manifest, found);
}

async function textOf(entry: AsyncIterable<Buffer>, size: number): Promise<string> {
  if (size > manifestBytes) throw damaged('Its list of contents is too long');
  const chunks: Buffer[] = [];
  for await (const chunk of entry) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function check(text: string | null, found: readonly EntryFact[]): BackupManifest {
  if (text === null) throw damaged('Its end is missing');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw damaged('Its list of contents is broken', cause);
  }
  const { v } = (value ?? {}) as { v?: unknown };
  if (typeof v === 'number' && v > 1)
    throw new BackupError('backup_newer', 'A newer release of Bảng Tin made this backup; install that one first');
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success) throw damaged('Its list of contents is broken', parsed.error);
  const { entries } = parsed.data;
  const differing = entries.find(
    ({ name, size, sha256 }, i) => found[i]?.name !== name || found[i].size !== size || found[i].sha256 !== sha256,
  );
  if (differing) throw damaged(`${differing.name} is not what it was`);
  if (entries.length !== found.length) throw damaged('It holds files that its list of contents does not name');
  return parsed.data;
}

function damaged(what: string, cause?: unknown): BackupError {
  return new BackupError(
    'backup_damaged',
    `The backup is damaged: ${what}. Nothing has been restored; take another copy`,
    cause,
  );
}

function explained(path: string, error: unknown): Error {
  if (error instanceof AppError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR')
    return new BackupError('backup_unreadable', `${path} cannot be read: ${message}`, error);
  // What tar-stream and streams say of a file that ends too early or is no tar.
  if (code === undefined || code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'STREAM_DESTROYED')
    return damaged(message, error);
  return error as Error;
}
