/** Makes releases of the player: the archive, the document that names it, and the one file that holds both. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { brotliCompressSync, constants } from 'node:zlib';
import { exportJWK, generateKeyPair, importJWK } from 'jose';
import { pack } from 'tar-stream';
import { z } from 'zod';
import { publicKey } from '../../shared/protocol/common.ts';
import { releaseFilesFault } from '../../shared/protocol/release-files.ts';
import { programAbout, signRelease, type Release } from '../../shared/protocol/release.ts';
import { outDir } from './targets.ts';

/** A release key as it lies in its file: an Ed25519 JWK with its secret. */
const keyFile = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: publicKey, d: publicKey });
export type ReleaseKey = z.infer<typeof keyFile>;

export interface ReleaseFile {
  readonly name: string;
  readonly bytes: Buffer;
}

export async function newReleaseKey(): Promise<ReleaseKey> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  return keyFile.parse(await exportJWK(privateKey));
}

/** Readable by its owner alone. @throws when the file is there already */
export function writeReleaseKey(path: string, key: ReleaseKey): void {
  writeFileSync(path, `${JSON.stringify(key, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
}

/** @throws when it is no key */
export function readReleaseKey(path: string): ReleaseKey {
  return keyFile.parse(JSON.parse(readFileSync(path, 'utf8')));
}

/** What the packages hold of our own but the host: engine and stage, as they were built. */
export function builtFiles(): ReleaseFile[] {
  const of = (target: 'engine' | 'stage'): ReleaseFile[] =>
    globSync('**/*', { cwd: outDir(target), withFileTypes: true })
      .filter((entry) => entry.isFile() && !/\.(br|gz)$|^\./.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => ({
        name: `${target}${path.slice(outDir(target).length)}`.replaceAll('\\', '/'),
        bytes: readFileSync(path),
      }));
  return [...of('engine'), ...of('stage')];
}

/** What the built engine says of itself. */
export function aboutBuilt(): z.infer<typeof programAbout> {
  const said = execFileSync(process.execPath, [join(outDir('engine'), 'main.cjs'), '--about'], { encoding: 'utf8' });
  return programAbout.parse(JSON.parse(said));
}

/** The same files give the same bytes. */
async function archiveOf(files: readonly ReleaseFile[]): Promise<Buffer> {
  const tar = pack();
  for (const { name, bytes } of files.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
    tar.entry({ name, mode: 0o644, mtime: new Date(0) }, bytes);
  tar.finalize();
  const whole = await buffer(tar);
  return brotliCompressSync(whole, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: whole.length },
  });
}

export interface MadeRelease {
  readonly release: Release;
  readonly jws: string;
  readonly archive: Buffer;
  /** For the CMS: the document in the first line, then the archive. */
  readonly file: Buffer;
}

/** Packs and signs. @throws when boards would refuse to unpack it */
export async function makeRelease(
  files: readonly ReleaseFile[],
  said: Pick<Release, 'version' | 'launch' | 'node' | 'data' | 'issuedAt' | 'notes' | 'nextKey'>,
  key: ReleaseKey,
): Promise<MadeRelease> {
  const fault = releaseFilesFault(files.map(({ name }) => name));
  if (fault !== null) throw new Error(`These files are no release: ${fault}`);
  const archive = await archiveOf(files);
  const release: Release = {
    v: 1,
    ...said,
    archive: {
      hash: createHash('sha256').update(archive).digest('hex'),
      size: archive.length,
      unpacked: files.reduce((sum, { bytes }) => sum + bytes.length, 0),
    },
  };
  const jws = await signRelease(release, (await importJWK({ ...key, alg: 'EdDSA' })) as CryptoKey, key.x);
  return { release, jws, archive, file: Buffer.concat([Buffer.from(`${jws}\n`), archive]) };
}
