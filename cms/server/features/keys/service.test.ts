import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keyList } from '../../../../shared/protocol/keys.ts';
import { keysOf, verifyDocument } from '../../../../shared/protocol/signing.ts';
import { timeAnswer } from '../../../../shared/protocol/link.ts';
import { signDocument } from '../../../../shared/protocol/signing.ts';
import { openStore, type Store } from '../../store/store.ts';
import { createTestContext, type TestContext } from '../../testing.ts';
import { createKeysService } from './service.ts';

const DAY = 86_400_000;
let under: TestContext;
let store: Store;
let file: string;

beforeEach(async () => {
  file = join(await mkdtemp(join(tmpdir(), 'bang-tin-keys-')), 'cms.sqlite');
  store = await openStore({ databaseUrl: null, file, onError: () => {} });
  under = await createTestContext(store);
});
afterEach(async () => {
  await store.close();
  await under.discard();
  await rm(join(file, '..'), { recursive: true, force: true });
});

const open = (restored = false) => createKeysService(under.context, { restored });
const path = (name: string) => join(under.context.folders.keys, name);
const listOf = (jws: string, rootKey: string) => verifyDocument(jws, 'bang-tin-key-list', keyList, () => rootKey);

describe('keys', () => {
  it('are made at the first start, for the owner alone, and are the same at the next', async () => {
    const first = await open();
    const folder = under.context.folders.keys;
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await readdir(folder)).toSorted()).toEqual(['key-list.json', 'online.json', 'root.json']);
    for (const name of await readdir(folder)) expect((await stat(path(name))).mode & 0o777).toBe(0o600);
    const second = await open();
    expect(second.rootKey).toBe(first.rootKey);
    expect(second.keyList()).toEqual(first.keyList());
    expect(second.epoch).toBe(1);
  });

  it('sign what the list lets a board verify, each for its use alone', async () => {
    const keys = await open();
    const list = await listOf(keys.keyList().jws, keys.rootKey);
    const now = under.sources.now();
    const jws = await signDocument('bang-tin-manifest', { now: 1 }, keys.programmeSigner());
    await expect(verifyDocument(jws, 'bang-tin-manifest', timeAnswer, keysOf(list, 'programme', now))).resolves.toEqual(
      { now: 1 },
    );
    await expect(
      verifyDocument(jws, 'bang-tin-manifest', timeAnswer, keysOf(list, 'takeover', now)),
    ).rejects.toMatchObject({ code: 'key_unknown' });
  });

  it('work with the root taken offline', async () => {
    const first = await open();
    await rm(path('root.json'));
    const second = await open();
    expect(second.rootKey).toBe(first.rootKey);
    await expect(second.renewIfDue()).resolves.toBe('fresh');
  });

  it('are renewed a year before their end, keeping the old ones for boards that are long offline', async () => {
    const keys = await open();
    const before = keys.keyList();
    const oldKid = keys.programmeSigner().kid;
    under.sources.advance(370 * DAY);
    await expect(keys.renewIfDue()).resolves.toBe('renewed');
    const list = await listOf(keys.keyList().jws, keys.rootKey);
    expect(list.number).toBeGreaterThan(before.number);
    expect(list.keys.map((key) => key.use).toSorted()).toEqual(['programme', 'programme', 'takeover', 'takeover']);
    expect(keys.programmeSigner().kid).not.toBe(oldKid);
    expect(keysOf(list, 'programme', under.sources.now())(oldKid)).not.toBeNull();
    expect(under.emitted).toContainEqual({ name: 'keyListPublished', payload: { keyList: keys.keyList().jws } });
    await expect(keys.renewIfDue()).resolves.toBe('fresh');
  });

  it('ask for the root when they near their end without it, and take it when it is brought', async () => {
    const keys = await open();
    const away = join(file, '..', 'root.json');
    await rename(path('root.json'), away);
    under.sources.advance(370 * DAY);
    await expect(keys.renewIfDue()).resolves.toBe('rootNeeded');
    await rename(away, path('root.json'));
    await expect(keys.renewIfDue()).resolves.toBe('renewed');
  });

  it('refuse to start when they are over and the root is away', async () => {
    await open();
    await rm(path('root.json'));
    under.sources.advance(800 * DAY);
    await expect(open()).rejects.toMatchObject({ code: 'keys_expired' });
  });

  it('continue in a higher epoch, with a higher list, after a restore', async () => {
    const first = await open();
    expect(first.epoch).toBe(1);
    expect((await open(true)).epoch).toBe(2);
    expect((await open()).epoch).toBe(2);
  });

  it.each([
    ['online.json', 'keys_missing'],
    ['key-list.json', 'keys_missing'],
  ])('name %s when it is lost, and make no new keys', async (name, code) => {
    await open();
    await rm(path(name));
    await expect(open()).rejects.toMatchObject({ code });
  });

  it('refuse a damaged file without quoting it, and leave it as it is', async () => {
    await open();
    await writeFile(path('root.json'), '{"kid": "x", "d": "geheim"');
    const error = (await open().catch((thrown: unknown) => thrown)) as Error;
    expect(error).toMatchObject({ code: 'keys_unreadable' });
    expect(String(error.stack) + String(error.cause)).not.toContain('geheim');
    expect(await readFile(path('root.json'), 'utf8')).toContain('geheim');
  });

  it('refuse a list that was changed, and another root', async () => {
    await open();
    const held = JSON.parse(await readFile(path('key-list.json'), 'utf8')) as { rootKey: string; jws: string };
    const [head, , signature] = held.jws.split('.');
    const payload = Buffer.from(JSON.stringify({ v: 1, number: 2_000_000_000, issuedAt: 1, keys: [] })).toString(
      'base64url',
    );
    await writeFile(path('key-list.json'), JSON.stringify({ ...held, jws: [head, payload, signature].join('.') }));
    await expect(open()).rejects.toMatchObject({ code: 'signature_invalid' });
    await writeFile(path('key-list.json'), JSON.stringify({ ...held, rootKey: 'A'.repeat(43) }));
    await expect(open()).rejects.toMatchObject({ code: 'keys_foreign' });
  });

  it('leave nothing behind when they cannot be made', async () => {
    await mkdir(under.context.folders.keys, { recursive: true });
    await writeFile(path('stray'), '');
    await expect(open()).rejects.toThrow();
    expect(await readdir(join(under.context.folders.keys, '..'))).toEqual(['keys']);
  });
});
