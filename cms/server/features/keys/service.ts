/**
 * The CMS's keys: a root that may be offline signs a numbered list of online keys; players pin the root at pairing. Renewing the
 * list needs the root; everything else does without it. See shared/protocol/keys.ts.
 */
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK } from 'jose';
import { keyList, type KeyList, type KeyUse } from '../../../../shared/protocol/keys.ts';
import { signDocument, verifyDocument, type Signer } from '../../../../shared/protocol/signing.ts';
import { secretBetween } from '../../../../shared/protocol/technician-code.ts';
import type { Context } from '../../context.ts';
import { nextNumber, readSetting } from '../../store/settings.ts';
import {
  createKeyFiles,
  KeysError,
  readKeyFiles,
  replaceKeyFiles,
  type KeyFiles,
  type OnlineKey,
  type RootFile,
} from './files.ts';

const DAY_MS = 86_400_000;
/** An online key lives two years; its successor appears a year before its end, so that boards long offline still meet a key they know. */
const KEY_LIFE_MS = 730 * DAY_MS;
const RENEW_BEFORE_MS = 365 * DAY_MS;
/** Boards whose clock is a little behind take a new key at once. */
const NOT_BEFORE_SLACK_MS = DAY_MS;
const USES = ['programme', 'takeover'] as const;

export interface KeysService {
  /** The root's public key, which players pin. */
  readonly rootKey: string;
  /** First part of every version: rises when a CMS is restored from a backup. */
  readonly epoch: number;
  /** The signed list, as boards get it. */
  keyList(): { readonly number: number; readonly jws: string };
  /** Signs manifests, certificates and commands. */
  programmeSigner(): Signer;
  takeoverSigner(): Signer;
  /** The secret of each programme key with a player's: one that was long away may know an older key. Both keys as in their JWKs. */
  secretsWith(deviceKey: string): Promise<readonly { readonly cmsKey: string; readonly secret: Uint8Array }[]>;
  /**
   * Makes new keys and a new list when the present ones near their end; emits `keyListPublished`.
   * @returns what it did; `rootNeeded` when the root is offline and somebody has to bring it
   */
  renewIfDue(): Promise<'fresh' | 'renewed' | 'rootNeeded'>;
}

interface State {
  readonly files: KeyFiles;
  readonly list: KeyList;
  readonly signers: Readonly<Record<(typeof USES)[number], Signer>>;
}

async function makeKey(): Promise<{ kid: string; x: string; d: string }> {
  const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const jwk = await exportJWK(pair.privateKey);
  return { kid: await calculateJwkThumbprint(jwk), x: jwk.x!, d: jwk.d! };
}

async function signerOf(key: { kid: string; x: string; d: string }): Promise<Signer> {
  const jwk = { kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', x: key.x, d: key.d };
  return { kid: key.kid, key: (await importJWK(jwk)) as CryptoKey };
}

async function makeOnlineKey(use: KeyUse, now: number): Promise<OnlineKey> {
  return { ...(await makeKey()), use, notBefore: now - NOT_BEFORE_SLACK_MS, notAfter: now + KEY_LIFE_MS };
}

async function signList(root: RootFile, keys: readonly OnlineKey[], previous: number, now: number): Promise<string> {
  const payload = keyList.parse({
    v: 1,
    // Seconds: higher than any list before it even if that list is lost with the disk that held it.
    number: Math.max(previous + 1, Math.floor(now / 1000)),
    issuedAt: now,
    keys: keys.map(({ d: _secret, ...entry }) => entry),
  });
  return signDocument('bang-tin-key-list', payload, await signerOf(root));
}

async function makeFirst(folder: string, now: number): Promise<void> {
  const root = await makeKey();
  const online = await Promise.all(USES.map((use) => makeOnlineKey(use, now)));
  const jws = await signList(root, online, 0, now);
  await createKeyFiles(folder, { root, online, list: { rootKey: root.x, jws } });
}

/** The key of a use that signs now: of those in the list and valid, the one that ends last. */
function current(files: KeyFiles, list: KeyList, use: KeyUse, now: number): OnlineKey | null {
  const listed = new Set(list.keys.map((entry) => entry.kid));
  const usable = files.online.filter(
    (key) => key.use === use && listed.has(key.kid) && key.notBefore <= now && now < key.notAfter,
  );
  return usable.toSorted((a, b) => b.notAfter - a.notAfter)[0] ?? null;
}

async function load(folder: string, now: number): Promise<State> {
  const files = await readKeyFiles(folder);
  if (!files) throw new KeysError('keys_missing', `There are no keys in ${folder}`);
  if (files.root && files.root.x !== files.list.rootKey) {
    throw new KeysError(
      'keys_foreign',
      'root.json is another root key than the one that boards trust; put the right one back',
    );
  }
  const list = await verifyDocument(files.list.jws, 'bang-tin-key-list', keyList, () => files.list.rootKey);
  const signerFor = async (use: KeyUse): Promise<Signer> => {
    const key = current(files, list, use, now);
    if (!key)
      throw new KeysError(
        'keys_expired',
        `There is no valid ${use} key; put root.json back into ${folder} and start again`,
      );
    return signerOf(key);
  };
  return { files, list, signers: { programme: await signerFor('programme'), takeover: await signerFor('takeover') } };
}

function isDue(files: KeyFiles, list: KeyList, now: number): boolean {
  return USES.some((use) => (current(files, list, use, now)?.notAfter ?? 0) - now < RENEW_BEFORE_MS);
}

/** Signs a list with new keys for the uses that need one; keys past their end are dropped. */
async function renew(folder: string, files: KeyFiles, root: RootFile, now: number): Promise<void> {
  const list = await verifyDocument(files.list.jws, 'bang-tin-key-list', keyList, () => files.list.rootKey);
  const online = files.online.filter((key) => key.notAfter > now);
  for (const use of USES) {
    if ((current(files, list, use, now)?.notAfter ?? 0) - now < RENEW_BEFORE_MS)
      online.push(await makeOnlineKey(use, now));
  }
  await replaceKeyFiles(folder, online, { rootKey: root.x, jws: await signList(root, online, list.number, now) });
}

/** Whether a renewal is due before anything can be signed; damaged files are reported by `load`. */
async function renewOnStart(folder: string, now: number): Promise<void> {
  const files = await readKeyFiles(folder);
  if (!files) return makeFirst(folder, now);
  if (!files.root || files.root.x !== files.list.rootKey) return;
  const list = await verifyDocument(files.list.jws, 'bang-tin-key-list', keyList, () => files.list.rootKey);
  if (isDue(files, list, now)) await renew(folder, files, files.root, now);
}

/**
 * Reads the keys, or makes them at the first start.
 * @param options.restored the data come from a backup: continue in a higher epoch, so that boards take what is signed from now on
 * @throws KeysError; SignatureError when the list was changed
 */
export async function createKeysService(context: Context, options: { restored: boolean }): Promise<KeysService> {
  const { store, sources, folders, audit, log, events } = context;
  const folder = folders.keys;
  await renewOnStart(folder, sources.now());
  let state = await load(folder, sources.now());

  const epoch = await store.transaction(async (tx) => {
    const held = await readSetting(tx, 'epoch');
    if (held !== null && !options.restored) return Number(held);
    const next = await nextNumber(tx, 'epoch');
    await audit(tx, {
      actor: null,
      action: 'epoch.begun',
      subjectType: 'epoch',
      subjectId: null,
      unitId: null,
      detail: { epoch: next },
    });
    return next;
  });

  return {
    rootKey: state.files.list.rootKey,
    epoch,
    keyList: () => ({ number: state.list.number, jws: state.files.list.jws }),
    programmeSigner: () => state.signers.programme,
    takeoverSigner: () => state.signers.takeover,
    secretsWith: (deviceKey) =>
      Promise.all(
        state.files.online
          .filter(({ use }) => use === 'programme')
          .map(async ({ x, d }) => ({ cmsKey: x, secret: await secretBetween(d, deviceKey) })),
      ),
    async renewIfDue() {
      const now = sources.now();
      // The root may have been brought, or another process may have renewed, since.
      const files = (await readKeyFiles(folder)) ?? state.files;
      const list = await verifyDocument(files.list.jws, 'bang-tin-key-list', keyList, () => state.files.list.rootKey);
      const due = isDue(files, list, now);
      if (due && !files.root) {
        log.warn(
          { keysEndAt: state.list.keys.map((key) => key.notAfter) },
          'the keys near their end: bring root.json back',
        );
        return 'rootNeeded';
      }
      if (due && files.root) await renew(folder, files, files.root, now);
      if (!due && list.number === state.list.number) return 'fresh';
      state = await load(folder, now);
      // First: from here on the new keys sign, and boards must know them whatever becomes of the entry.
      events.emit('keyListPublished', { keyList: state.files.list.jws });
      const detail = { number: state.list.number };
      await store.transaction((tx) =>
        audit(tx, {
          actor: null,
          action: 'keyList.renewed',
          subjectType: 'keyList',
          subjectId: null,
          unitId: null,
          detail,
        }),
      );
      return 'renewed';
    },
  };
}
