/**
 * Releases of the player and who runs them. A rollout goes by stages that people begin: one board, some, all. A release that goes back on
 * several boards is ordered for no more; boards decide by themselves whether they take one (docs/decisions/0018-application-updates.md).
 */
import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import {
  stopsAfter,
  type BoardVersion,
  type OrderState,
  type PlayerRelease,
  type UpdatesAnswer,
} from '../../../../shared/protocol/api/updates.ts';
import { compactJws } from '../../../../shared/protocol/common.ts';
import { verifyRelease, type Release } from '../../../../shared/protocol/release.ts';
import { boardStatus, type BoardStatus } from '../../../../shared/protocol/status.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import type { AccountsService } from '../accounts/service.ts';
import type { BoardsService } from '../boards/service.ts';
import type { CommandService } from '../commands/service.ts';
import { updateRepo as repo, type OrderRow, type ReleaseRow } from './repo.ts';

export type UpdatesService = ReturnType<typeof createUpdatesService>;

export interface UpdatesDeps {
  readonly accounts: Pick<AccountsService, 'names'>;
  readonly boards: Pick<BoardsService, 'list'>;
  readonly commands: Pick<CommandService, 'give'>;
  /** The release key; null: the CMS was given none. */
  readonly releaseKey: string | null;
}

const right = 'installation.manage';
/** Boards that are ordered at the same time: each may take a moment to answer. */
const atOnce = 20;
const newLine = 0x0a;
/** Largest document before the archive, bytes. */
const maxDocumentBytes = 20_000;

export function createUpdatesService(context: Context, { accounts, boards, commands, releaseKey }: UpdatesDeps) {
  const { store, sources, access, audit, events } = context;

  function assertManages(actor: Actor): void {
    if (!access.canEverywhere(actor, right))
      throw new AppError('forbidden', `You may not do this here (${right})`, { status: 403 });
  }

  async function views(rows: readonly ReleaseRow[]): Promise<PlayerRelease[]> {
    const names = await accounts.names([...new Set(rows.map((row) => row.added_by))]);
    return rows.map(({ hash, version, size, notes, added_at, added_by }) => {
      return { hash, version, size, notes, addedAt: added_at, addedBy: names.get(added_by) ?? null };
    });
  }

  /** The boards in sight, with what they run and were ordered to. */
  async function look(actor: Actor): Promise<{ boards: BoardVersion[]; went: Map<string, Tally> }> {
    const list = await boards.list(actor);
    const ids = list.map(({ id }) => id);
    const [orders, statuses] = await Promise.all([repo.orders(store.read, ids), repo.statuses(store.read, ids)]);
    const went = new Map<string, Tally>();
    const now = sources.now();
    const versions = list.map(({ id, name, unitName }): BoardVersion => {
      const said = statuses.get(id);
      const status = said === undefined ? null : boardStatus.parse(JSON.parse(said));
      const row = orders.get(id);
      const order = row ? orderOf(row, status, now) : null;
      if (order?.hash) {
        const tally = went.get(order.hash) ?? { ordered: 0, back: 0 };
        went.set(order.hash, {
          ordered: tally.ordered + 1,
          back: tally.back + (order.state === 'wentBack' ? 1 : 0),
        });
      }
      return {
        boardId: id,
        boardName: name,
        unitName,
        version: status?.app ?? null,
        order: order && { version: order.version, state: order.state, code: order.code, orderedAt: row!.issued_at },
      };
    });
    return { boards: versions, went };
  }

  return {
    /** @throws AppError `forbidden` */
    async list(actor: Actor): Promise<UpdatesAnswer> {
      assertManages(actor);
      const [{ boards, went }, releases] = await Promise.all([look(actor), repo.releases(store.read).then(views)]);
      const stopped = releases.map(({ hash }) => hash).filter((hash) => isStopped(went.get(hash)));
      return { keyKnown: releaseKey !== null, releases, boards, stopped };
    },

    /** Takes a file of `npm run release`. @throws AppError as shared/protocol/api/updates.ts says */
    async add(actor: Actor, file: Buffer): Promise<PlayerRelease> {
      assertManages(actor);
      if (releaseKey === null)
        throw new AppError('release_key_unset', 'The CMS was given no release key (BANG_TIN_RELEASE_KEY)', {
          status: 409,
        });
      const { jws, release, archive } = await readRelease(file, releaseKey);
      const { hash, size } = release.archive;
      await store.transaction(async (tx) => {
        const row = { hash, version: release.version, notes: release.notes, jws, archive, size };
        const isNew = await repo.add(tx, { ...row, added_at: sources.now(), added_by: actor.userId });
        if (!isNew) return;
        await audit(tx, {
          actor,
          action: 'release.added',
          subjectType: 'release',
          subjectId: null,
          unitId: null,
          detail: { version: release.version, hash },
        });
      });
      return (await views([(await repo.find(store.write, hash))!]))[0]!;
    },

    /** One stage. @returns how many boards were ordered @throws AppError `forbidden`, `release_unknown` 404, `release_stopped` 409, `board_unknown` 404 */
    async order(actor: Actor, hash: string | null, boardIds: readonly string[]): Promise<number> {
      assertManages(actor);
      const release = hash === null ? null : await repo.find(store.read, hash);
      if (release === undefined) throw new AppError('release_unknown', 'There is no such release', { status: 404 });
      const { boards: known, went } = await look(actor);
      if (hash !== null && isStopped(went.get(hash)))
        throw new AppError('release_stopped', 'It went back on too many boards', { status: 409 });
      const ids = [...new Set(boardIds)];
      // All or none: whoever orders for a board that has gone meanwhile is to look again.
      if (!ids.every((id) => known.some(({ boardId }) => boardId === id)))
        throw new AppError('board_unknown', 'There is no such board', { status: 404 });
      for (let from = 0; from < ids.length; from += atOnce)
        await Promise.all(
          ids
            .slice(from, from + atOnce)
            .map((id) => commands.give(actor, id, { name: 'setVersion', release: release?.jws ?? null })),
        );
      return ids.length;
    },

    /** @returns of how many boards the order was withdrawn @throws AppError `forbidden` */
    async stop(actor: Actor): Promise<number> {
      assertManages(actor);
      const ids = (await boards.list(actor)).map(({ id }) => id);
      const withdrawn = await store.transaction(async (tx) => {
        const gone = await repo.withdraw(tx, sources.now(), ids);
        await audit(tx, {
          actor,
          action: 'release.stopped',
          subjectType: 'release',
          subjectId: null,
          unitId: null,
          detail: { boards: gone.length },
        });
        return gone;
      });
      for (const boardId of withdrawn) events.emit('commandsChanged', { boardId });
      return withdrawn.length;
    },

    /** For a board; null: there is none. */
    archive: (hash: string): Promise<Buffer | null> => repo.archive(store.read, hash),
  };
}

interface Tally {
  readonly ordered: number;
  readonly back: number;
}

const isStopped = (tally: Tally | undefined): boolean =>
  tally !== undefined &&
  (tally.back >= stopsAfter.boards ||
    (tally.ordered >= stopsAfter.ofAtLeast && tally.back / tally.ordered >= stopsAfter.part));

/** @throws AppError `release_invalid`, `update_signature_wrong`, `update_archive_wrong` 422 */
async function readRelease(file: Buffer, key: string): Promise<{ jws: string; release: Release; archive: Buffer }> {
  const end = file.subarray(0, maxDocumentBytes + 1).indexOf(newLine);
  const jws = compactJws.safeParse(file.subarray(0, Math.max(0, end)).toString('latin1'));
  if (!jws.success) throw new AppError('release_invalid', 'This is no release of the player', { status: 422 });
  const release = await verifyRelease(jws.data, key).catch((cause: unknown) => {
    throw new AppError('update_signature_wrong', 'It is not signed by the release key', { status: 422, cause });
  });
  const archive = file.subarray(end + 1);
  const hash = createHash('sha256').update(archive).digest('hex');
  if (archive.length !== release.archive.size || hash !== release.archive.hash)
    throw new AppError('update_archive_wrong', 'Its archive is not what was signed', { status: 422 });
  return { jws: jws.data, release, archive };
}

/** What the CMS knows of an order, and what the board tells of the same one. */
function orderOf(
  row: OrderRow,
  status: BoardStatus | null,
  now: number,
): { version: string | null; hash: string | null; state: OrderState; code: string | null } {
  const { release } = JSON.parse(row.payload) as { release: string | null };
  const named = release === null ? null : (decodeJwt(release) as unknown as Release);
  const what = { version: named?.version ?? null, hash: named?.archive.hash ?? null };
  const told = status?.upd?.of === row.id ? status.upd : null;
  if (told) return { ...what, version: told.version, state: told.state, code: told.code };
  const code = row.error_code;
  if (row.state === 'waiting') return { ...what, state: row.expires_at <= now ? 'expired' : 'waiting', code: null };
  if (row.state === 'replaced') return { ...what, state: 'withdrawn', code: null };
  if (row.state === 'refused' || row.state === 'failed') return { ...what, state: 'refused', code };
  return { ...what, state: 'taken', code: null };
}
