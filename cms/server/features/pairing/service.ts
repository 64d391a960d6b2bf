/** Pairing of a player with a board (shared/protocol/pairing.ts), and who a board's token says it is. */
import type { PairingEnd } from '../../../../shared/protocol/api/boards.ts';
import { decodeProtectedHeader } from 'jose';
import type { z } from 'zod';
import { uuid } from '../../../../shared/protocol/common.ts';
import { boardToken, boardTokenLifeMs } from '../../../../shared/protocol/link.ts';
import {
  pairingCode,
  pairingCommitment,
  pairingLifeMs,
  pairingProof,
  type PairingState,
  type pairingAnswer,
  type pairingReveal,
} from '../../../../shared/protocol/pairing.ts';
import { SignatureError, verifyDocument } from '../../../../shared/protocol/signing.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import type { Tx } from '../../store/store.ts';
import type { KeysService } from '../keys/service.ts';
import { pairingRepo as repo, type PairingRow } from './repo.ts';
import { networkOf, Throttle } from './throttle.ts';

class PairingError extends AppError {}
/** A board's token was not accepted: codes of shared/protocol/link.ts connectRefusals. */
export class TokenError extends AppError {
  constructor(
    code: 'token_invalid' | 'token_expired' | 'board_unknown' | 'device_replaced',
    message: string,
    cause?: unknown,
  ) {
    super(code, message, { status: 401, cause });
  }
}

/** Who a valid token belongs to. */
export interface BoardIdentity {
  readonly boardId: string;
  readonly deviceId: string;
  readonly deviceKey: string;
  /** false: another player has taken its place; only its old journal is still taken. */
  readonly current: boolean;
}

export interface PairingDeps {
  readonly keys: Pick<KeysService, 'rootKey' | 'keyList'>;
  /** Signs the certificate of a board whose player has this key. */
  certificateFor(boardId: string, deviceKey: string): Promise<string>;
}

export type PairingService = ReturnType<typeof createPairingService>;

/** Rows are kept a day after they expired, so that a late code is told from a wrong one. */
const keptMs = 86_400_000;
/** Players that may wait for a person at one time. */
const maxPending = 10_000;
const minute = 60_000;
/** Many boards share an address behind a mobile carrier's NAT. */
const offersPerMinute = 60;
/** Each waiting player asks every two seconds. */
const asksPerMinute = 3_000;
/** Wrong codes within a quarter of an hour. 40 bits and ten guesses: hopeless. */
const wrongCodes = { limit: 10, windowMs: 15 * minute };

export function createPairingService(context: Context, deps: PairingDeps) {
  const { store, sources, access, audit, events } = context;
  const { now } = sources;
  const offers = new Throttle({ limit: offersPerMinute, windowMs: minute, now });
  const asks = new Throttle({ limit: asksPerMinute, windowMs: minute, now });
  const wrong = new Throttle({ ...wrongCodes, now });

  function throttle(counter: Throttle, key: string): void {
    if (!counter.take(key)) throw throttled(counter.retryAfterMs(key));
  }

  /** A code that cannot be used. Expired and used ones count too: asking for them tells that they exist. */
  function wrongCode(keys: readonly string[], code: string, message: string, status: number): PairingError {
    for (const key of keys) wrong.take(key);
    return new PairingError(code, message, { status, field: 'code' });
  }

  /** @throws AppError `board_unknown` 404, `forbidden` 403 */
  async function pairableUnit(tx: Tx, actor: Actor | null, boardId: string): Promise<string> {
    const unitId = await repo.boardUnit(tx, boardId);
    // A board out of sight reads the same as none.
    if (unitId === undefined || (actor && !access.canReach(actor, 'board.read', unitId)))
      throw new AppError('board_unknown', 'There is no such board', { status: 404 });
    if (actor) access.assertReach(actor, 'board.pair', unitId);
    return unitId;
  }

  async function stateOf(row: PairingRow): Promise<PairingState> {
    if (row.used_at !== null && row.board_id !== null && row.device_key !== null) {
      const [device] = await repo.devicesOf(store.read, row.board_id);
      if (device?.device_key !== row.device_key || device.ended_at !== null) return { state: 'expired' };
      const certificate = await deps.certificateFor(row.board_id, row.device_key);
      return { state: 'paired', boardId: row.board_id, certificate, keyList: deps.keys.keyList().jws };
    }
    return row.expires_at <= now() ? { state: 'expired' } : { state: 'waiting' };
  }

  return {
    /** A player asks for a code. @throws PairingError `pairing_throttled` */
    async offer(commitment: string, address: string): Promise<z.infer<typeof pairingAnswer>> {
      throttle(offers, networkOf(address));
      const at = now();
      const row: PairingRow = {
        id: sources.newId(),
        code: null,
        commitment,
        cms_nonce: Buffer.from(sources.randomBytes(16)).toString('base64url'),
        device_key: null,
        journal_id: null,
        info: null,
        created_at: at,
        expires_at: at + pairingLifeMs,
        board_id: null,
        used_at: null,
      };
      await store.transaction(async (tx) => {
        await repo.deleteExpiredBefore(tx, at - keptMs);
        if ((await repo.countPending(tx, at)) >= maxPending) throw throttled(minute);
        await repo.insertPairing(tx, row);
      });
      return {
        pairingId: row.id,
        rootKey: deps.keys.rootKey,
        nonce: row.cms_nonce,
        expiresAt: row.expires_at,
        now: at,
      };
    },

    /**
     * The player shows the key that it committed to and that it holds the private half.
     * @throws PairingError `pairing_unknown`, `pairing_code_expired`, `pairing_commitment_wrong`, `pairing_proof_wrong`,
     * `pairing_key_used`, `pairing_journal_used`, `pairing_revealed`
     */
    async reveal(pairingId: string, revealed: z.infer<typeof pairingReveal>, address: string): Promise<PairingState> {
      throttle(offers, `reveal ${networkOf(address)}`);
      const row = await repo.pairing(store.read, pairingId);
      if (!row) throw unknownPairing();
      if (row.expires_at <= now())
        throw new PairingError('pairing_code_expired', 'This pairing has expired', { status: 410 });
      if (pairingCommitment(revealed.deviceKey, revealed.nonce) !== row.commitment) {
        throw new PairingError('pairing_commitment_wrong', 'This is not the key that was committed to', {
          field: 'deviceKey',
        });
      }
      await checkProof(revealed, pairingId);
      const code = pairingCode(revealed.deviceKey, deps.keys.rootKey, revealed.nonce, row.cms_nonce);
      const info = JSON.stringify({ host: revealed.host, app: revealed.app, screen: revealed.screen });
      return store.transaction(async (tx) => {
        if (await repo.keyIsKnown(tx, revealed.deviceKey))
          throw new PairingError('pairing_key_used', 'A key serves one pairing', { field: 'deviceKey' });
        if (await repo.journalIsKnown(tx, revealed.journalId)) {
          throw new PairingError('pairing_journal_used', 'A journal belongs to one pairing', { field: 'journalId' });
        }
        const done = await repo.reveal(tx, pairingId, {
          code,
          device_key: revealed.deviceKey,
          journal_id: revealed.journalId,
          info,
        });
        if (!done && (row.device_key !== revealed.deviceKey || row.journal_id !== revealed.journalId)) {
          throw new PairingError('pairing_revealed', 'This pairing has been revealed with another key', {
            status: 409,
          });
        }
        return { state: 'waiting' } as const;
      });
    },

    /** @throws PairingError `pairing_unknown`, `pairing_throttled` */
    async state(pairingId: string, address: string): Promise<PairingState> {
      throttle(asks, networkOf(address));
      const row = await repo.pairing(store.read, pairingId);
      if (!row) throw unknownPairing();
      return stateOf(row);
    },

    /**
     * A person confirms that this board's screen shows this code. `actor` null: the person who started both programs on one
     * machine (npm start), over the parent process's own channel.
     * @throws PairingError `pairing_code_unknown`, `pairing_code_expired`, `pairing_code_used`, `pairing_throttled`;
     * AppError `board_unknown` 404, `forbidden` 403
     */
    async confirm(request: {
      actor: Actor | null;
      boardId: string;
      code: string;
      address: string | null;
    }): Promise<void> {
      const { actor, boardId, code, address } = request;
      const keys = [
        ...(actor ? [`user ${actor.userId}`] : []),
        ...(address === null ? [] : [`address ${networkOf(address)}`]),
      ];
      const full = keys.find((key) => wrong.exceeded(key));
      if (full !== undefined) throw throttled(wrong.retryAfterMs(full));

      const at = now();
      const refusal = await store.transaction(async (tx) => {
        const unitId = await pairableUnit(tx, actor, boardId);
        const found = await repo.pairingsWithCode(tx, code);
        const open = found.filter((row) => row.used_at === null && row.expires_at > at);
        const [pairing] = open;
        if (open.length > 1) {
          // Nobody can tell which of the two screens the person is looking at.
          await repo.expire(
            tx,
            open.map((row) => row.id),
            at,
          );
          return wrongCode(keys, 'pairing_code_expired', 'Two players showed this code; both get a new one', 410);
        }
        if (!pairing?.device_key || !pairing.journal_id) {
          if (found.some((row) => row.used_at !== null))
            return wrongCode(keys, 'pairing_code_used', 'This code has been used', 409);
          if (found.length > 0) return wrongCode(keys, 'pairing_code_expired', 'This code has expired', 410);
          return wrongCode(keys, 'pairing_code_unknown', 'No player shows this code', 404);
        }
        const { device_key: deviceKey, journal_id: journalId } = pairing;
        if (
          (await repo.keyIsKnown(tx, deviceKey)) ||
          (await repo.journalIsKnown(tx, journalId)) ||
          !(await repo.use(tx, pairing.id, boardId, at))
        ) {
          return wrongCode(keys, 'pairing_code_used', 'This code has been used', 409);
        }
        const deviceId = sources.newId();
        await repo.replaceDevice(tx, {
          id: deviceId,
          boardId,
          deviceKey,
          pairedBy: actor?.userId ?? null,
          journalId,
          now: at,
        });
        await audit(tx, {
          actor,
          action: 'board.paired',
          subjectType: 'board',
          subjectId: boardId,
          unitId,
          detail: { deviceId, journalId, player: JSON.parse(pairing.info ?? '{}') as unknown },
        });
        return null;
      });
      if (refusal) throw refusal;
      events.emit('boardPaired', { boardId });
      events.emit('boardChanged', { boardId });
    },

    /**
     * Ends the board's player without another in its place: it is told nothing more and gives up what it has as soon as it is online; what it
     * played until now is still taken. A board without a player stays as it is.
     * @param given.pairedAt of the player that is meant
     * @throws AppError `board_unknown` 404, `forbidden` 403, `pairing_changed` 409
     */
    async end(given: { actor: Actor; boardId: string; reason: string; pairedAt: number }): Promise<void> {
      const { actor, boardId, reason } = given;
      const ended = await store.transaction(async (tx) => {
        const unitId = await pairableUnit(tx, actor, boardId);
        const pairedAt = await repo.pairedAt(tx, boardId);
        if (pairedAt !== undefined && pairedAt !== given.pairedAt)
          throw new AppError('pairing_changed', 'Another player speaks for it by now', { status: 409 });
        const deviceId = await repo.endDevice(tx, boardId, now(), { by: actor.userId, reason });
        if (deviceId === undefined) return false;
        await audit(tx, {
          actor,
          action: 'board.unpaired',
          subjectType: 'board',
          subjectId: boardId,
          unitId,
          detail: { deviceId, reason },
        });
        return true;
      });
      if (!ended) return;
      events.emit('boardUnpaired', { boardId });
      events.emit('boardChanged', { boardId });
    },

    /** Since when a player speaks for the board, ms UTC; null: none does. */
    pairedAt: async (boardId: string): Promise<number | null> => (await repo.pairedAt(store.read, boardId)) ?? null,

    /** Who ended the pairing of the board's last player, and why; null: it has one, has had none, or somebody else's took its place. */
    async lastEnd(boardId: string): Promise<PairingEnd | null> {
      const last = await repo.lastEnd(store.read, boardId);
      return last ? { at: last.ended_at!, by: last.name, reason: last.ended_reason! } : null;
    },

    /** The public key of the player that speaks for the board now; null: none does. */
    async deviceKeyOf(boardId: string): Promise<string | null> {
      const [device] = await repo.devicesOf(store.read, boardId);
      return device && device.ended_at === null ? device.device_key : null;
    },

    /**
     * Who signed this token. Tokens are taken up to two minutes either side of the CMS's time.
     * @throws TokenError
     */
    async verifyBoardToken(token: string): Promise<BoardIdentity> {
      const boardId = kidOf(token);
      const devices = await repo.devicesOf(store.read, boardId);
      if (devices.length === 0) throw new TokenError('board_unknown', 'No player has been paired with this board');
      for (const device of devices) {
        const payload = await payloadBy(token, device.device_key);
        if (!payload) continue;
        if (payload.boardId !== boardId) break;
        checkLife(payload, now());
        return { boardId, deviceId: device.id, deviceKey: device.device_key, current: device.ended_at === null };
      }
      throw new TokenError('token_invalid', 'No player of this board has signed this token');
    },
  };
}

const throttled = (retryAfterMs: number): PairingError =>
  new PairingError('pairing_throttled', 'Too many attempts; wait and try again', {
    status: 429,
    params: { retryAfterSeconds: Math.ceil(retryAfterMs / 1000) },
  });

const unknownPairing = (): PairingError =>
  new PairingError('pairing_unknown', 'There is no such pairing', { status: 404 });

async function checkProof(revealed: z.infer<typeof pairingReveal>, pairingId: string): Promise<void> {
  try {
    const proof = await verifyDocument(
      revealed.proof,
      'bang-tin-pairing-proof',
      pairingProof,
      () => revealed.deviceKey,
    );
    if (proof.pairingId === pairingId && proof.journalId === revealed.journalId) return;
  } catch (cause) {
    if (!(cause instanceof SignatureError)) throw cause;
  }
  throw new PairingError('pairing_proof_wrong', 'The proof does not show that the player holds its key', {
    field: 'proof',
  });
}

function kidOf(token: string): string {
  try {
    return uuid.parse(decodeProtectedHeader(token).kid);
  } catch (cause) {
    throw new TokenError('token_invalid', 'Not a board token', cause);
  }
}

async function payloadBy(token: string, deviceKey: string): Promise<z.infer<typeof boardToken> | null> {
  try {
    return await verifyDocument(token, 'bang-tin-board-token', boardToken, () => deviceKey);
  } catch (error) {
    if (error instanceof SignatureError && error.code === 'signature_invalid') return null;
    throw new TokenError('token_invalid', 'Not a board token', error);
  }
}

/** A token whose life is longer than two minutes never was valid; an early one comes from a clock that is ahead. */
function checkLife(token: z.infer<typeof boardToken>, now: number): void {
  const { issuedAt, expiresAt } = token;
  if (expiresAt <= issuedAt || expiresAt - issuedAt > boardTokenLifeMs)
    throw new TokenError('token_invalid', 'A token lives at most two minutes');
  if (now >= expiresAt || now < issuedAt - boardTokenLifeMs) {
    throw new TokenError('token_expired', 'The token is not of this time; ask the CMS for its time and make a new one');
  }
}
