/** Publishing: what the units of some boards have scheduled is compiled and signed, and waits for boards that have no player yet. */
import type { z } from 'zod';
import type { publishAnswer, publishPreview } from '../../../../shared/protocol/api/content.ts';
import type { Version } from '../../../../shared/protocol/common.ts';
import type { Suspension } from '../../../../shared/protocol/programme.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Action, Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import { inTurns, piecesOf } from '../../turns.ts';
import type { BoardRecord, BoardsService } from '../boards/service.ts';
import { Compiler, type Compiled, type ProgrammeContent } from './compile.ts';
import type { Draft, Issuer, IssuerDeps, Waiting } from './issue.ts';
import { readLibrary, type LibraryDeps } from './library.ts';
import { readManifest } from './published.ts';
import { boardsPerTransaction, type PublicationQueue } from './queue.ts';
import * as repo from './repo.ts';
import { suspendsAlike, type Suspender } from './suspended.ts';

export type PublishWarning = 'board_unpaired' | Compiled['warnings'][number];
export type PublishResult = z.infer<typeof publishAnswer>['boards'][number];
export type Preview = z.infer<typeof publishPreview>['boards'][number];

export interface Publisher {
  /** What publishing would change. @throws AppError `board_unknown` 404, `forbidden` 403 */
  preview(actor: Actor, boardIds: readonly string[]): Promise<Preview[]>;
  /**
   * Publishes to these boards, in their order. Boards that nothing changes for keep their version; one that is deleted while it
   * waits for its turn is left out.
   * @throws AppError `board_unknown` 404, `forbidden` 403
   */
  publish(actor: Actor, boardIds: readonly string[]): Promise<PublishResult[]>;
}

export interface PublisherDeps extends LibraryDeps, IssuerDeps {
  readonly boards: Pick<BoardsService, 'records' | 'devices'>;
  readonly issuer: Issuer;
  readonly suspender: Suspender;
  readonly queue: PublicationQueue;
}

export function createPublisher({ store, sources, access }: Context, deps: PublisherDeps): Publisher {
  const { units, boards, suspender, queue } = deps;
  const { pathOf, hashOf, issue } = deps.issuer;

  /** Those of the boards that stand, in their order. @throws AppError as `require` for one where the actor may not */
  async function standing(actor: Actor, action: Action, ids: readonly string[]): Promise<BoardRecord[]> {
    const found = new Map((await boards.records(ids)).map((board) => [board.id, board]));
    const records = ids.flatMap((id) => found.get(id) ?? []);
    for (const { unitId } of records) {
      if (!access.canReach(actor, 'board.read', unitId)) throw boardUnknown();
      access.assertReach(actor, action, unitId);
    }
    return records;
  }

  async function require(actor: Actor, action: Action, boardIds: readonly string[]): Promise<BoardRecord[]> {
    const ids = [...new Set(boardIds)];
    const records = await standing(actor, action, ids);
    if (records.length < ids.length) throw boardUnknown();
    return records;
  }

  async function compileAll(records: readonly BoardRecord[]): Promise<Map<string, Compiled>> {
    const compiler = new Compiler(await readLibrary(records, units.tree, deps), sources.now());
    const compiled = new Map<string, Compiled>();
    await inTurns(
      records,
      (board) =>
        void compiled.set(
          board.id,
          compiler.compile({ board, unitPath: pathOf(board), unitName: units.nameOf(board.unitId) }),
        ),
    );
    return compiled;
  }

  /** Boards are read when their turn comes, with the right to publish there: they may have been changed, moved or deleted since. */
  async function publishNow(actor: Actor, boardIds: readonly string[]): Promise<PublishResult[]> {
    // Before the boards themselves: whoever signs for a change of theirs meanwhile takes the next version, and this is made again.
    const newest = await repo.findNewest(store.write, boardIds);
    const records = await standing(actor, 'programme.publish', boardIds);
    const ids = records.map((board) => board.id);
    const compiled = await compileAll(records);
    const [players, waited, suspended] = await Promise.all([
      boards.devices(ids).then((devices) => new Map(devices.map((device) => [device.boardId, device.deviceKey]))),
      repo.findWaiting(store.write, ids),
      suspensionsOf(records, compiled),
    ]);
    const drafts: Draft[] = [];
    const waiting: Waiting[] = [];
    await inTurns(records, (board) => {
      const made = compiled.get(board.id)!;
      const deviceKey = players.get(board.id);
      if (deviceKey === undefined) {
        if (waited.get(board.id) !== JSON.stringify(made.content)) waiting.push({ board, compiled: made });
        return;
      }
      const contentHash = hashOf(board, deviceKey, made.content);
      const suspensions = suspended.get(board.id) ?? [];
      if (!saysAlready(newest.get(board.id), contentHash, suspensions))
        drafts.push({
          board,
          deviceKey,
          content: made.content,
          contentHash,
          suspensions,
          parts: made.parts.values(),
          newest: newest.get(board.id)?.version,
        });
    });
    const versions =
      drafts.length + waiting.length > 0 ? await issue(drafts, waiting, actor) : new Map<string, Version>();
    return records.map((board) => ({
      boardId: board.id,
      version: players.has(board.id) ? (versions.get(board.id) ?? newest.get(board.id)?.version ?? null) : null,
      changed: versions.has(board.id),
      warnings: warningsOf(compiled.get(board.id)!, players.has(board.id)),
    }));
  }

  /** Of what was compiled for some boards. */
  const suspensionsOf = (records: readonly BoardRecord[], compiled: ReadonlyMap<string, Compiled>) =>
    suspender.suspensions(
      records,
      new Map(
        records.map(({ id }) => {
          const { content, parts } = compiled.get(id)!;
          return [id, { content, parts: parts.values() }];
        }),
      ),
    );

  /** Whether a board's newest programme is what would be signed for it now. */
  const saysAlready = (
    newest: repo.Newest | undefined,
    contentHash: string,
    suspensions: readonly Suspension[],
  ): boolean => newest?.contentHash === contentHash && suspendsAlike(newest.manifest, suspensions, sources.now());

  const warningsOf = (made: Compiled, paired: boolean): PublishWarning[] => [
    ...(paired ? [] : ['board_unpaired' as const]),
    ...made.warnings,
  ];

  return {
    async preview(actor, boardIds) {
      const records = await require(actor, 'board.read', boardIds);
      const ids = records.map((board) => board.id);
      const compiled = await compileAll(records);
      const players = new Map((await boards.devices(ids)).map((device) => [device.boardId, device.deviceKey]));
      const previews: Preview[] = [];
      for (const some of piecesOf(records, boardsPerTransaction)) {
        const theirs = some.map((board) => board.id);
        const [newest, waited, suspended] = await Promise.all([
          repo.findNewest(store.read, theirs),
          repo.findWaiting(store.read, theirs),
          suspensionsOf(some, compiled),
        ]);
        await inTurns(some, (board) => {
          const made = compiled.get(board.id)!;
          const before = newest.get(board.id);
          const deviceKey = players.get(board.id);
          const changed =
            deviceKey === undefined
              ? waited.get(board.id) !== JSON.stringify(made.content)
              : !saysAlready(before, hashOf(board, deviceKey, made.content), suspended.get(board.id) ?? []);
          previews.push({
            boardId: board.id,
            changed,
            notices: made.notices,
            bytes: bytesToFetch(made.content, before),
            warnings: warningsOf(made, deviceKey !== undefined),
          });
        });
      }
      return previews;
    },
    async publish(actor, boardIds) {
      const ids = (await require(actor, 'programme.publish', boardIds)).map((board) => board.id);
      const results: PublishResult[] = [];
      for (const some of piecesOf(ids, boardsPerTransaction)) {
        results.push(...(await queue.inTurn(() => publishNow(actor, some))));
      }
      return results;
    },
  };
}

export const boardUnknown = (): AppError => new AppError('board_unknown', 'There is no such board', { status: 404 });

/** Bytes of parts and media that the board does not hold yet: what publishing costs its SIM card. */
function bytesToFetch(content: ProgrammeContent, before: repo.Newest | undefined): number {
  const held = before ? readManifest(before.manifest) : null;
  const known = new Set([...(held?.parts ?? []), ...(held?.assets ?? [])].map((file) => file.hash));
  return [...content.parts, ...content.assets].reduce((sum, file) => sum + (known.has(file.hash) ? 0 : file.size), 0);
}
