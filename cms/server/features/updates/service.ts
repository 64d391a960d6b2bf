/**
 * Releases of the player and who runs them. A rollout goes by stages that people begin: one board, a group, all; each may be some times as
 * large as what runs it already. A release that goes back on several boards is ordered for no more; boards decide by themselves whether they take one (docs/decisions/0018-application-updates.md).
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import {
  stages,
  stopsAfter,
  type BoardVersion,
  type OrderState,
  type PlayerRelease,
  type UpdatesAnswer,
} from '../../../../shared/protocol/api/updates.ts';
import { compactJws } from '../../../../shared/protocol/common.ts';
import { verifyRelease, type Release } from '../../../../shared/protocol/release.ts';
import { boardStatus } from '../../../../shared/protocol/status.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import { makePrivateFolder, writeFileDurably } from '../../files.ts';
import { mapInTurns } from '../../listing.ts';
import type { Tx } from '../../store/store.ts';
import { piecesOf } from '../../turns.ts';
import type { AccountsService } from '../accounts/service.ts';
import type { BoardsService } from '../boards/service.ts';
import type { CommandService } from '../commands/service.ts';
import { fileContent, type Content } from '../media/send-file.ts';
import { updateRepo as repo, type OrderRow, type ReleaseRow, type Tally } from './repo.ts';

export type UpdatesService = ReturnType<typeof createUpdatesService>;

export interface UpdatesDeps {
  readonly accounts: Pick<AccountsService, 'names'>;
  readonly boards: Pick<BoardsService, 'list'>;
  readonly commands: Pick<CommandService, 'put' | 'deliver'>;
  /** The release key; null: the CMS was given none. */
  readonly releaseKey: string | null;
}

const right = 'installation.manage';
/** Boards that are ordered at the same time: each may take a moment to answer. */
const atOnce = 20;
const newLine = 0x0a;
/** Largest document before the archive, bytes. */
const maxDocumentBytes = 20_000;
/** Of what a board tells. */
const told = boardStatus.pick({ app: true, upd: true });
type Told = z.infer<typeof told>;

export function createUpdatesService(context: Context, { accounts, boards, commands, releaseKey }: UpdatesDeps) {
  const { store, sources, access, audit, events, log, folders } = context;
  const fileOf = (hash: string): string => join(folders.releases, hash);

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

  /** The boards in sight, with what they run and were ordered to run. */
  async function look(actor: Actor): Promise<Looked[]> {
    const list = await boards.list(actor);
    const ids = list.map(({ id }) => id);
    const [orders, statuses] = await Promise.all([repo.orders(store.read, ids), repo.statuses(store.read, ids)]);
    const now = sources.now();
    return mapInTurns(list, ({ id, name, unitId, unitName, groups, presence }): Looked => {
      const said = statuses.get(id);
      const status = said === undefined ? null : told.parse(JSON.parse(said));
      const row = orders.get(id);
      const board = {
        boardId: id,
        boardName: name,
        unitId,
        unitName,
        groups,
        version: status?.app ?? null,
        order: row ? { version: row.version, ...stateOf(row, status, now), orderedAt: row.issued_at } : null,
      };
      const isComing = presence.presence !== 'unpaired' && (row?.expires_at ?? 0) > now;
      return { board, hash: row?.hash ?? null, isComing };
    });
  }

  /** A board went back: the release may be one that is ordered for no more, and then is not sent to those that wait for it either. */
  async function heardBack(boardId: string, orderId: string): Promise<void> {
    // Said again with each connection.
    if (!(await repo.notBack(store.report, boardId, orderId))) return;
    const withdrawn = await store.transaction(async (tx) => {
      const order = await repo.notBack(tx, boardId, orderId);
      if (!order?.hash) return [];
      const now = sources.now();
      await repo.wentBack(tx, orderId, now);
      if (!isStopped((await repo.tallies(tx, order.hash)).get(order.hash))) return [];
      return withdraw(tx, null, await repo.boardsOf(tx, order.hash), order.hash);
    });
    for (const id of withdrawn) events.emit('commandsChanged', { boardId: id });
  }
  events.on('boardWentBack', ({ boardId, orderId }) => {
    heardBack(boardId, orderId).catch((error: unknown) =>
      log.warn({ err: error, boardId }, 'that a board went back was not written; it says so again'),
    );
  });

  async function withdraw(tx: Tx, actor: Actor | null, boardIds: readonly string[], hash?: string): Promise<string[]> {
    const gone = await repo.withdraw(tx, sources.now(), boardIds, hash);
    if (actor || gone.length > 0)
      await audit(tx, {
        actor,
        action: 'release.stopped',
        subjectType: 'release',
        subjectId: null,
        unitId: null,
        detail: { boards: gone.length },
      });
    return gone;
  }

  let ordering: Promise<unknown> = Promise.resolve();
  async function orderStage(actor: Actor, hash: string | null, boardIds: readonly string[]): Promise<number> {
    assertManages(actor);
    const release = hash === null ? null : await repo.find(store.read, hash);
    if (release === undefined) throw new AppError('release_unknown', 'There is no such release', { status: 404 });
    if (hash !== null && isStopped((await repo.tallies(store.read, hash)).get(hash)))
      throw new AppError('release_stopped', 'It went back on too many boards', { status: 409 });
    const ids = [...new Set(boardIds)];
    // All or none: whoever orders for a board that has gone meanwhile is to look again.
    const looked = await look(actor);
    const known = new Set(looked.map(({ board }) => board.boardId));
    if (!ids.every((id) => known.has(id)))
      throw new AppError('board_unknown', 'There is no such board', { status: 404 });
    if (hash !== null) {
      const chosen = new Set(ids);
      const { room } = progressOf(
        hash,
        looked.filter(({ board }) => !chosen.has(board.boardId) || runs(board)),
      );
      if (ids.length > room)
        throw new AppError('rollout_too_large', `No more than ${room} boards now`, { status: 409, params: { room } });
    }
    // All are written down before the first is sent: who stops them finds every one that has not been.
    const body = { name: 'setVersion', release: release?.jws ?? null } as const;
    const orders: string[] = [];
    for (const boardId of ids) {
      const order = await commands.put(actor, boardId, body, (tx, { id }) => repo.ordered(tx, id, boardId, hash));
      orders.push(order.id);
    }
    // Stopped while they were being written: those that came after the stop as well.
    const went = hash === null ? undefined : (await repo.tallies(store.write, hash)).get(hash);
    if (isStopped(went) || (await repo.withdrawn(store.write, orders)) > 0)
      await store.transaction((tx) => repo.withdraw(tx, sources.now(), ids, hash ?? undefined));
    for (const slice of piecesOf(ids, atOnce)) await Promise.all(slice.map((id) => commands.deliver(id)));
    return orders.length - (await repo.withdrawn(store.write, orders));
  }

  return {
    assertManages,

    /** @throws AppError `forbidden` */
    async list(actor: Actor): Promise<UpdatesAnswer> {
      assertManages(actor);
      const [looked, went, releases] = await Promise.all([
        look(actor),
        repo.tallies(store.read),
        repo.releases(store.read).then(views),
      ]);
      return {
        keyKnown: releaseKey !== null,
        releases: releases.map((release) => {
          return { ...release, stopped: isStopped(went.get(release.hash)), ...progressOf(release.hash, looked) };
        }),
        boards: looked.map(({ board }) => board),
      };
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
      if ((await stat(fileOf(hash)).catch(() => null))?.size !== size) {
        await makePrivateFolder(folders.releases);
        await writeFileDurably(fileOf(hash), archive, 0o600);
      }
      await store.transaction(async (tx) => {
        const row = { hash, version: release.version, notes: release.notes, jws, size };
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

    /**
     * One stage.
     * @returns how many boards were ordered and not stopped again meanwhile
     * @throws AppError `forbidden`, `release_unknown` 404, `release_stopped` 409, `rollout_too_large` 409 (`room`), `board_unknown` 404
     */
    order(actor: Actor, hash: string | null, boardIds: readonly string[]): Promise<number> {
      // One after another: of two at the same moment the second counts what the first has ordered.
      const ordered = ordering.then(() => orderStage(actor, hash, boardIds));
      ordering = ordered.catch(() => undefined);
      return ordered;
    },

    /** @returns of how many boards the order was withdrawn @throws AppError `forbidden` */
    async stop(actor: Actor): Promise<number> {
      assertManages(actor);
      const ids = (await boards.list(actor)).map(({ id }) => id);
      const withdrawn = await store.transaction((tx) => withdraw(tx, actor, ids));
      for (const boardId of withdrawn) events.emit('commandsChanged', { boardId });
      return withdrawn.length;
    },

    /** For a board. @throws AppError `release_unknown` 404, `asset_missing` 404 */
    async archive(hash: string): Promise<Content> {
      const row = await repo.find(store.read, hash);
      if (!row) throw new AppError('release_unknown', 'There is no such release', { status: 404 });
      return fileContent(hash, { file: fileOf(hash), size: row.size, mediaType: 'application/octet-stream' });
    },
  };
}

interface Looked {
  readonly board: BoardVersion;
  /** Of the release that it was ordered to run last. */
  readonly hash: string | null;
  /** It has a player, which may still come to run what it was ordered to. */
  readonly isComing: boolean;
}

const runs = ({ order }: BoardVersion): boolean => order?.state === 'runs';
/** Ends of an order but for the good one. */
const over: readonly OrderState[] = ['withdrawn', 'expired', 'wentBack', 'refused'];

/** On how many boards a release runs, and to how many more it may be ordered now: those it is on its way to count as well. */
function progressOf(hash: string, looked: readonly Looked[]): { running: number; room: number } {
  const ordered = looked.filter((one) => one.hash === hash);
  const running = ordered.filter(({ board }) => runs(board)).length;
  const onTheWay = ordered.filter(
    ({ board, isComing }) => isComing && !runs(board) && !over.includes(board.order!.state),
  ).length;
  return { running, room: Math.max(0, Math.max(stages.first, stages.growth * running) - onTheWay) };
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
  const hash = Buffer.from(await crypto.subtle.digest('SHA-256', archive as Uint8Array<ArrayBuffer>)).toString('hex');
  if (archive.length !== release.archive.size || hash !== release.archive.hash)
    throw new AppError('update_archive_wrong', 'Its archive is not what was signed', { status: 422 });
  return { jws: jws.data, release, archive };
}

/** What the CMS knows of an order, and what the board tells of the same one. */
function stateOf(row: OrderRow, status: Told | null, now: number): { state: OrderState; code: string | null } {
  if (status?.upd?.of === row.id) return { state: status.upd.state, code: status.upd.code };
  if (row.state === 'waiting') return { state: row.expires_at <= now ? 'expired' : 'waiting', code: null };
  if (row.state === 'replaced') return { state: 'withdrawn', code: null };
  if (row.state === 'refused' || row.state === 'failed') return { state: 'refused', code: row.error_code };
  return { state: 'taken', code: null };
}
