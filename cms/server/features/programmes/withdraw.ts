/** Takes a notice out of what was published; nothing else that is unpublished goes along. */
import type { Version } from '../../../../shared/protocol/common.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import type { Tx } from '../../store/store.ts';
import { inTurns, piecesOf } from '../../turns.ts';
import type { BoardRecord, BoardsService } from '../boards/service.ts';
import type { Draft, Issuer, IssuerDeps, Waiting } from './issue.ts';
import { publishedContent, readParts, type Content } from './published.ts';
import { boardsPerTransaction, type PublicationQueue } from './queue.ts';
import * as repo from './repo.ts';
import type { Suspender } from './suspended.ts';
import { withoutNotice } from './withdrawn.ts';

/** @param boards with the version that is without it; null: it waits for a player */
export type NoteWithdrawn = (
  tx: Tx,
  boards: readonly { readonly boardId: string; readonly version: Version | null }[],
) => Promise<void>;

/**
 * Takes a notice out of what every board was given, and out of what waits for players; nothing else that is unpublished goes along.
 * The compiler has to leave it out already. Without rights. Where some boards fail it goes on with the others; what was done is
 * not done again by the next call.
 * @param notice.title for the audit log
 * @param note is told of boards that had it, in the transaction that takes it from them
 * @throws the first failure, at the end
 */
export type Withdraw = (
  notice: { readonly id: string; readonly title: string },
  actor: Pick<Actor, 'userId'>,
  note: NoteWithdrawn,
) => Promise<void>;

export interface WithdrawDeps extends Pick<IssuerDeps, 'units'> {
  readonly boards: Pick<BoardsService, 'records' | 'devices'>;
  readonly issuer: Issuer;
  readonly suspender: Suspender;
  readonly queue: PublicationQueue;
}

export function createWithdraw(
  { store }: Context,
  { units, boards, issuer, suspender, queue }: WithdrawDeps,
): Withdraw {
  const named = ({ name, unitId }: BoardRecord) => ({ name, unitName: units.nameOf(unitId) });

  /**
   * Of some boards, within a turn.
   * @param holding hashes of the parts that are the notice
   */
  async function withdrawNow(
    boardIds: readonly string[],
    holding: ReadonlyMap<string, number>,
    notice: { id: string; title: string },
    actor: Pick<Actor, 'userId'>,
    note: NoteWithdrawn,
  ): Promise<void> {
    const before = await repo.findNewest(store.write, boardIds);
    const [records, devices, waited] = await Promise.all([
      boards.records(boardIds),
      boards.devices(boardIds),
      repo.findWaiting(store.write, boardIds),
    ]);
    const players = new Map(devices.map((device) => [device.boardId, device.deviceKey]));
    const published = new Map<string, Content>();
    await inTurns(records, (board) => {
      if (!before.has(board.id) && !waited.has(board.id)) return;
      const made = publishedContent(named(board), before.get(board.id), waited.get(board.id));
      if (made.content.parts.some(({ hash }) => holding.has(hash))) published.set(board.id, made);
    });
    const partOf = await readParts(store.read, [...published.values()]);
    const holders = records.filter(({ id }) => published.has(id));
    const lefts = new Map<string, Content>();
    await inTurns(
      holders,
      (board) => void lefts.set(board.id, withoutNotice(published.get(board.id)!.content, partOf, notice.id)!),
    );
    const suspended = await suspender.suspensions(holders, lefts);
    const drafts: Draft[] = [];
    const waiting: Waiting[] = [];
    await inTurns(holders, (board) => {
      const left = lefts.get(board.id)!;
      const deviceKey = players.get(board.id);
      if (deviceKey === undefined) {
        const parts = new Map(left.parts.map((part) => [part.hash, part]));
        waiting.push({ board, compiled: { content: left.content, parts } });
        return;
      }
      const contentHash = issuer.hashOf(board, deviceKey, left.content);
      const suspensions = suspended.get(board.id) ?? [];
      drafts.push({ board, deviceKey, ...left, contentHash, suspensions, newest: before.get(board.id)?.version });
    });
    if (drafts.length + waiting.length === 0) return;
    await issuer.issue(drafts, waiting, actor, {
      why: () => ({ takenDown: notice.title }),
      along: (tx, versions) =>
        note(
          tx,
          [...drafts, ...waiting].map(({ board: { id } }) => ({ boardId: id, version: versions.get(id) ?? null })),
        ),
    });
  }

  return async (notice, actor, note) => {
    // In a turn: what is being published now was perhaps compiled before.
    const { withProgramme, waiting, holding } = await queue.inTurn(async () => ({
      withProgramme: (await repo.findBoardsWithProgramme(store.write)).flat(),
      waiting: await repo.findBoardsWaiting(store.write),
      holding: await repo.findPartsOfNotice(store.read, notice.id),
    }));
    await queue.inGroups(
      piecesOf([...new Set([...withProgramme, ...waiting])], boardsPerTransaction),
      (some) => withdrawNow(some, holding, notice, actor, note),
      `notice ${notice.id} was not taken off some boards; each is tried by itself`,
    );
  };
}
