/** Publishing: what the units of some boards have scheduled is compiled and signed, and waits for boards that have no player yet. */
import type { z } from 'zod';
import type {
  NoticeHolding,
  ProgrammeChanges,
  publishAnswer,
  publishPreview,
} from '../../../../shared/protocol/api/publishing.ts';
import type { Version } from '../../../../shared/protocol/common.ts';
import type { Suspension } from '../../../../shared/protocol/programme.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Action, Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import { inTurns, piecesOf } from '../../turns.ts';
import type { BoardRecord, BoardsService } from '../boards/service.ts';
import type { SchedulesService } from '../schedules/service.ts';
import { certificateChanges } from './changes.ts';
import { changeCounter, namedChanges, type Compared } from './compared.ts';
import { Compiler, type Compiled, type EncodedPart, type ProgrammeContent } from './compile.ts';
import type { Draft, Issuer, IssuerDeps, Waiting } from './issue.ts';
import { readLibrary, type LibraryDeps } from './library.ts';
import { readObligedLibrary, withObligations } from './obliged.ts';
import {
  certificateIn,
  publishedContent,
  readManifest,
  readPartsLeniently,
  waitingSchema,
  type Content,
} from './published.ts';
import { boardsPerTransaction, type PublicationQueue } from './queue.ts';
import * as repo from './repo.ts';
import { suspendsAlike, type Suspender } from './suspended.ts';
import { unseenOf, type UnseenDeps } from './unseen.ts';

export type PublishWarning = 'board_unpaired' | Compiled['warnings'][number];
export type PublishResult = z.infer<typeof publishAnswer>['boards'][number];
type Preview = z.infer<typeof publishPreview>;

export interface Publisher {
  /** How much publishing would change. @throws AppError `board_unknown` 404, `forbidden` 403 */
  preview(actor: Actor, boardIds: readonly string[]): Promise<Preview>;
  /** Which of the boards were given a notice. @throws AppError `board_unknown` 404 */
  holding(actor: Actor, noticeId: string, boardIds: readonly string[]): Promise<NoticeHolding>;
  /** What publishing would change for a board, by name. @throws AppError `board_unknown` 404 */
  changes(actor: Actor, boardId: string): Promise<ProgrammeChanges>;
  /**
   * Publishes to these boards, in their order. Boards that nothing changes for keep their version; one that is deleted while it
   * waits for its turn is left out.
   * @throws AppError `board_unknown` 404, `forbidden` 403
   */
  publish(actor: Actor, boardIds: readonly string[]): Promise<PublishResult[]>;
}

export interface PublisherDeps extends LibraryDeps, IssuerDeps, Pick<UnseenDeps, 'darkHours'> {
  readonly boards: Pick<BoardsService, 'records' | 'devices'>;
  readonly schedules: LibraryDeps['schedules'] & Pick<SchedulesService, 'names'>;
  readonly issuer: Issuer;
  readonly suspender: Suspender;
  readonly queue: PublicationQueue;
}

export function createPublisher({ store, sources, access, log }: Context, deps: PublisherDeps): Publisher {
  const { units, boards, suspender, queue } = deps;
  const { pathOf, hashOf, statementOf, issue, mend } = deps.issuer;

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
    const kept = new Map<string, EncodedPart>();
    await inTurns(records, (board) => {
      const made = compiled.get(board.id)!;
      const deviceKey = players.get(board.id);
      if (deviceKey === undefined) {
        if (waited.get(board.id) !== JSON.stringify(made.content)) waiting.push({ board, compiled: made });
        else for (const [hash, part] of made.parts) kept.set(hash, part);
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
      else for (const [hash, part] of made.parts) kept.set(hash, part);
    });
    await mend(kept);
    const versions =
      drafts.length + waiting.length > 0
        ? await issue(drafts, waiting, actor, {
            why: ({ unitId }) => access.saidInPlace(actor, 'programme.publish', unitId),
          })
        : new Map<string, Version>();
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

  /** Whether a board's newest programme is what would be signed for it now. One that cannot be read is not: it is made again. */
  function saysAlready(
    newest: repo.Newest | undefined,
    contentHash: string,
    suspensions: readonly Suspension[],
  ): boolean {
    if (newest?.contentHash !== contentHash) return false;
    try {
      return suspendsAlike(newest.manifest, suspensions, sources.now());
    } catch {
      return false;
    }
  }

  /** What would be published for boards now, beside what was published for them last. */
  async function compare(
    records: readonly BoardRecord[],
    compiled: ReadonlyMap<string, Compiled>,
  ): Promise<Compared[]> {
    const ids = records.map((board) => board.id);
    const [newest, waited, suspended, devices] = await Promise.all([
      repo.findNewest(store.read, ids),
      repo.findWaiting(store.read, ids),
      suspensionsOf(records, compiled),
      boards.devices(ids),
    ]);
    const players = new Map(devices.map((device) => [device.boardId, device.deviceKey]));
    const contentAtPairing = await pairable(
      records.filter(({ id }) => !players.has(id) && waited.get(id) !== JSON.stringify(compiled.get(id)!.content)),
      newest,
      waited,
    );
    const compared: Compared[] = [];
    await inTurns(records, (board) => {
      const made = compiled.get(board.id)!;
      const [last, waits, deviceKey] = [newest.get(board.id), waited.get(board.id), players.get(board.id)];
      const suspensions = suspended.get(board.id) ?? [];
      const atPairing = contentAtPairing.get(board.id);
      const changed =
        deviceKey === undefined
          ? waits !== JSON.stringify(made.content) && JSON.stringify(atPairing) !== JSON.stringify(made.content)
          : !saysAlready(last, hashOf(board, deviceKey, made.content), suspensions);
      const one = { board, made, paired: deviceKey !== undefined, changed, unreadable: false };
      if (!changed) {
        compared.push({ ...one, before: made.content, fields: [], mourning: false });
        return;
      }
      try {
        const manifest = last ? readManifest(last.manifest) : null;
        compared.push({
          ...one,
          before:
            waits === undefined && last === undefined
              ? null
              : (atPairing ?? (waits === undefined ? manifest : waitingSchema.parse(JSON.parse(waits)))),
          fields:
            manifest && deviceKey !== undefined
              ? certificateChanges(certificateIn(manifest), statementOf(board, deviceKey))
              : [],
          mourning:
            last !== undefined && deviceKey !== undefined && !suspendsAlike(last.manifest, suspensions, sources.now()),
        });
      } catch (error) {
        // Publishing replaces it, and must not be kept from that, for this board or for others.
        log.error({ err: error, boardId: board.id }, 'what was published for a board cannot be read');
        compared.push({ ...one, unreadable: true, before: null, fields: [], mourning: false });
      }
    });
    return compared;
  }

  /**
   * What boards without a player are given as soon as they have one, though nobody publishes: what was published last, with what
   * upper units oblige them to. Without those where it cannot be read.
   */
  async function pairable(
    records: readonly BoardRecord[],
    newest: ReadonlyMap<string, repo.Newest>,
    waited: ReadonlyMap<string, string>,
  ): Promise<Map<string, ProgrammeContent>> {
    const given = new Map<string, ProgrammeContent>();
    if (records.length === 0) return given;
    const published = new Map<string, Content>();
    for (const board of records) {
      const named = { name: board.name, unitName: units.nameOf(board.unitId) };
      try {
        published.set(board.id, publishedContent(named, newest.get(board.id), waited.get(board.id)));
      } catch {
        // Whoever compares it meets with the same, and says so.
      }
    }
    const compiler = new Compiler(await readObligedLibrary(records, units.tree, deps), sources.now());
    const partOf = await readPartsLeniently(store.read, [...published.values()]);
    await inTurns(records, (board) => {
      const held = published.get(board.id);
      if (!held?.content.parts.every(({ hash }) => partOf(hash))) return;
      const obliged = compiler.compile({
        board: { ...board, defaultPlaylistId: null },
        unitPath: pathOf(board),
        unitName: units.nameOf(board.unitId),
      });
      given.set(
        board.id,
        withObligations(held.content, (hash) => partOf(hash)!, obliged),
      );
    });
    return given;
  }

  const warningsOf = (made: Compiled, paired: boolean): PublishWarning[] => [
    ...(paired ? [] : ['board_unpaired' as const]),
    ...made.warnings,
  ];

  return {
    async preview(actor, boardIds) {
      const records = await require(actor, 'board.read', boardIds);
      const compiled = await compileAll(records);
      const unseen = await unseenOf(records, compiled, sources.now(), deps);
      const count = changeCounter(store.read);
      const previews: Preview['boards'] = [];
      const leftOut = new Places();
      for (const some of piecesOf(records, boardsPerTransaction)) {
        const compared = await compare(some, compiled);
        const counts = await count(compared);
        for (const { board, made, paired } of compared)
          previews.push({
            boardId: board.id,
            changes: counts.get(board.id) ?? null,
            notices: made.notices,
            unapproved: [...made.unapproved].map((id) => leftOut.of(id)),
            warnings: warningsOf(made, paired),
            unseen: unseen.get(board.id) ?? null,
          });
      }
      return { unapproved: leftOut.ids, boards: previews };
    },
    async holding(actor, noticeId, boardIds) {
      const records = await require(actor, 'board.read', boardIds);
      const compiled = await compileAll(records);
      const texts = await repo.findPartsOfNotice(store.read, noticeId);
      const found: NoticeHolding['boards'] = [];
      const times: number[] = [];
      for (const some of piecesOf(records, boardsPerTransaction)) {
        await inTurns(await compare(some, compiled), ({ board, made, before, changed }) => {
          const had = before?.parts.find(({ hash }) => texts.has(hash))?.hash;
          const current = had !== undefined && made.parts.has(had);
          if (current) times.push(texts.get(had)!);
          found.push({
            boardId: board.id,
            notice: current ? 'current' : had === undefined ? 'none' : 'older',
            changes: changed,
          });
        });
      }
      return { since: times.length === 0 ? null : times.reduce((a, b) => Math.min(a, b)), boards: found };
    },
    async changes(actor, boardId) {
      const records = await require(actor, 'board.read', [boardId]);
      const [compared] = await compare(records, await compileAll(records));
      return namedChanges(store.read, compared!, deps.schedules.names);
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

/** Ids, each once, in the order in which they are first named. */
class Places {
  readonly #places = new Map<string, number>();

  of(id: string): number {
    const place = this.#places.get(id) ?? this.#places.size;
    if (place === this.#places.size) this.#places.set(id, place);
    return place;
  }

  get ids(): string[] {
    return [...this.#places.keys()];
  }
}

export const boardUnknown = (): AppError => new AppError('board_unknown', 'There is no such board', { status: 404 });
