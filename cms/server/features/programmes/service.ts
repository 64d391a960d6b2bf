/**
 * Programmes: compile → sign → publish. Of each board parts, manifest, progress and audit appear together; of many boards a hundred
 * at a time, so that no takeover waits behind a province. One that breaks off in the middle is simply published again.
 * A board without a player gets no programme, since a programme names its player's key; what was published for it waits and is
 * signed for the player when one is paired. A new player of a board gets what was published for the board last, never drafts; so
 * does a board that was moved, alone or with its unit, or whose programme was signed by a key that has a successor (docs/decisions/0004).
 */
import { setImmediate } from 'node:timers/promises';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { z } from 'zod';
import type { publishAnswer, publishPreview } from '../../../../shared/protocol/api/content.ts';
import type { Version } from '../../../../shared/protocol/common.ts';
import {
  assetRef,
  certificate as certificateSchema,
  manifest as manifestSchema,
  part as partSchema,
  partRef,
  type Certificate,
  type Manifest,
  type Part,
  type Suspension,
} from '../../../../shared/protocol/programme.ts';
import { canonicalJson } from '../../../../shared/util/canonical-json.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import { reachOf, type Action, type Actor } from '../../access.ts';
import type { Context, EventMap } from '../../context.ts';
import { isUniqueViolation } from '../../store/errors.ts';
import type { Tx } from '../../store/store.ts';
import { piecesOf, takeTurns } from '../../turns.ts';
import type { BoardRecord, BoardsService } from '../boards/service.ts';
import type { MourningsService } from '../mournings/service.ts';
import type { ObligationsService } from '../obligations/service.ts';
import { Compiler, encodePart, type Compiled, type EncodedPart, type ProgrammeContent } from './compile.ts';
import { createIssuer, type Draft, type IssuerDeps, type Waiting } from './issue.ts';
import { readLibrary, type LibraryDeps } from './library.ts';
import { readObligedLibrary, withObligations } from './obliged.ts';
import { createSuspender, suspendsAlike, type SuspenderDeps } from './suspended.ts';
import { withoutNotice } from './withdrawn.ts';
import { createProgressRecorder, type ProgressSaid } from './progress.ts';
import * as repo from './repo.ts';

export type PublishWarning = 'board_unpaired' | Compiled['warnings'][number];
export type PublishResult = z.infer<typeof publishAnswer>['boards'][number];
export type Preview = z.infer<typeof publishPreview>['boards'][number];

/** @param boards with the version that is without it; null: it waits for a player */
export type NoteWithdrawn = (
  tx: Tx,
  boards: readonly { readonly boardId: string; readonly version: Version | null }[],
) => Promise<void>;

export interface ProgrammesService {
  /** What publishing would change. @throws AppError `board_unknown` 404, `forbidden` 403 */
  preview(actor: Actor, boardIds: readonly string[]): Promise<Preview[]>;
  /**
   * Publishes to these boards, in their order. Boards that nothing changes for keep their version; one that is deleted while it
   * waits for its turn is left out.
   * @throws AppError `board_unknown` 404, `forbidden` 403
   */
  publish(actor: Actor, boardIds: readonly string[]): Promise<PublishResult[]>;
  /**
   * Takes a notice out of what every board was given, and out of what waits for players; nothing else that is unpublished goes along.
   * The compiler has to leave it out already. Without rights. Where some boards fail it goes on with the others; what was done is
   * not done again by the next call.
   * @param notice.title for the audit log
   * @param note is told of boards that had it, in the transaction that takes it from them
   * @throws the first failure, at the end
   */
  withdraw(notice: { id: string; title: string }, actor: Pick<Actor, 'userId'>, note: NoteWithdrawn): Promise<void>;
  /** Whether a notice was ever in what was published for a board. */
  everHeld(noticeId: string): Promise<boolean>;
  /**
   * Signs what was published for them last anew, where it was for another player, by another key, or for other units and groups, or
   * where upper units oblige them to something else by now.
   */
  signAnew(...boardIds: readonly string[]): Promise<void>;
  /** The newest programme, for the board's present player; null for a board that has none. */
  newestManifest(boardId: string): Promise<{ version: Version; manifest: string } | null>;
  /** What a board says of its programme; of an older one it is passed over. */
  recordProgress(boardId: string, said: ProgressSaid): Promise<void>;
  /** The signed statement of who the board with this player is. */
  certificateFor(boardId: string, deviceKey: string): Promise<string>;
  /** The canonical JSON of a part, or null. */
  part(hash: string): Promise<string | null>;
  /** SHA-256 of every media file that a board plays, may still be playing, or will play once it has a player. */
  assetsInUse(): Promise<Set<string>>;
  /** When nothing is being published. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

export interface ProgrammesDeps extends LibraryDeps, IssuerDeps {
  readonly notices: LibraryDeps['notices'] & SuspenderDeps['notices'];
  readonly mournings: Pick<MourningsService, 'standing' | 'markSent'>;
  readonly boards: Pick<BoardsService, 'record' | 'records' | 'recordsOfUnits' | 'devices'>;
  readonly obligations: Pick<ObligationsService, 'ofUnits' | 'orders' | 'markSent' | 'markUnsent'>;
}

/** Boards per transaction: some 50 ms of the one writer, so that neither a takeover nor a greeting board waits for a province. */
const boardsPerTransaction = 100;
/** Parts read in one go. */
const partsPerRead = 200;
/** Another CMS process may publish the same board at the same moment. */
const attempts = 4;

/** What a board is to play, with those of its parts that may not be stored yet. */
interface Content {
  readonly content: ProgrammeContent;
  readonly parts: readonly EncodedPart[];
}

/** What was published for a board without a player. */
export const waitingSchema = z.strictObject({
  defaultPlaylistId: z.string().nullable(),
  parts: z.array(partRef),
  assets: z.array(assetRef),
});

export function createProgrammesService(context: Context, deps: ProgrammesDeps): ProgrammesService {
  const { store, sources, access, events, log } = context;
  const { units, boards } = deps;
  const { pathOf, hashOf, issue, signCertificate } = createIssuer(context, deps);
  const suspender = createSuspender(store, deps);
  const recorder = createProgressRecorder(context);
  let last: Promise<unknown> = Promise.resolve();

  /** One publication at a time in this process; other processes are met by the primary key and tried again. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  }

  /** One turn may ask for others. */
  async function idle(): Promise<void> {
    for (let seen: unknown = null, renewed: unknown = null; seen !== last || renewed !== renewing;) {
      await (renewed = renewing);
      await (seen = last);
    }
  }

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

  const toCompile = (board: BoardRecord) => ({
    board,
    unitPath: pathOf(board),
    unitName: units.nameOf(board.unitId),
  });

  async function compileAll(records: readonly BoardRecord[]): Promise<Map<string, Compiled>> {
    const compiler = new Compiler(await readLibrary(records, units.tree, deps), sources.now());
    const compiled = new Map<string, Compiled>();
    await inTurns(records, (board) => void compiled.set(board.id, compiler.compile(toCompile(board))));
    return compiled;
  }

  /** Runs a publication again when another process published one of its boards meanwhile. */
  async function untilFirst<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (!isUniqueViolation(error) || attempt === attempts) throw error;
        log.info({ attempt }, 'another process published first; compiling again');
      }
    }
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

  /** What was published for a board last: waiting for a player, or with the player before; the fallback alone when nothing ever was. */
  function publishedContent(board: BoardRecord, newest: repo.Newest | undefined, waiting: string | undefined): Content {
    if (waiting !== undefined) return { content: waitingSchema.parse(JSON.parse(waiting)), parts: [] };
    if (newest) {
      const { defaultPlaylistId, parts, assets } = readManifest(newest.manifest);
      return { content: { defaultPlaylistId, parts, assets }, parts: [] };
    }
    const fallback = encodePart({
      kind: 'fallback',
      unitName: units.nameOf(board.unitId),
      boardName: board.name,
    });
    return {
      content: { defaultPlaylistId: null, parts: [{ hash: fallback.hash, size: fallback.size }], assets: [] },
      parts: [fallback],
    };
  }

  async function signForPlayers(boardIds: readonly string[], renew: boolean): Promise<void> {
    // First, as in publishNow.
    const before = await repo.findNewest(store.write, boardIds);
    const [found, devices, waiting] = await Promise.all([
      boards.records(boardIds),
      boards.devices(boardIds),
      repo.findWaiting(store.write, boardIds),
    ]);
    const players = new Map(devices.map((device) => [device.boardId, device.deviceKey]));
    const records = found.filter(({ id }) => players.has(id));
    const published = new Map<string, Content>();
    await inTurns(
      records,
      (board) => void published.set(board.id, publishedContent(board, before.get(board.id), waiting.get(board.id))),
    );
    const contents = renew ? await obligedContents(records, published) : published;
    const suspended = await suspender.suspensions(records, contents);
    const drafts: Draft[] = [];
    await inTurns(records, (board) => {
      const deviceKey = players.get(board.id)!;
      const newest = before.get(board.id);
      const { content, parts } = contents.get(board.id)!;
      const same = JSON.stringify(content) === JSON.stringify(published.get(board.id)!.content);
      const suspensions = suspended.get(board.id) ?? [];
      if (
        newest &&
        same &&
        holdsFor(newest.manifest, board, deviceKey) &&
        suspendsAlike(newest.manifest, suspensions, sources.now())
      )
        return;
      const contentHash = hashOf(board, deviceKey, content);
      drafts.push({ board, deviceKey, content, contentHash, suspensions, parts, newest: newest?.version });
    });
    if (drafts.length > 0) await issue(drafts, [], null);
  }

  /** What was published for boards, with what upper units oblige them to by now. */
  async function obligedContents(
    records: readonly BoardRecord[],
    published: ReadonlyMap<string, Content>,
  ): Promise<Map<string, Content>> {
    const compiler = new Compiler(await readObligedLibrary(records, units.tree, deps), sources.now());
    const partOf = await readParts([...published.values()]);
    const contents = new Map<string, Content>();
    await inTurns(records, (board) => {
      const { content, parts } = published.get(board.id)!;
      const obliged = compiler.compile(toCompile({ ...board, defaultPlaylistId: null }));
      contents.set(board.id, {
        content: withObligations(content, partOf, obliged),
        parts: [...parts, ...obliged.parts.values()],
      });
    });
    return contents;
  }

  /** What the parts of some programmes say, by hash. */
  async function readParts(all: readonly Content[]): Promise<(hash: string) => Part> {
    const known = new Map<string, Part>();
    const turn = takeTurns();
    const note = async (hash: string, body: string): Promise<void> => {
      known.set(hash, partSchema.parse(JSON.parse(body)));
      await turn();
    };
    for (const { parts } of all) for (const part of parts) await note(part.hash, part.body);
    const hashes = new Set(all.flatMap(({ content }) => content.parts.map(({ hash }) => hash)));
    for (const some of piecesOf(
      [...hashes].filter((hash) => !known.has(hash)),
      partsPerRead,
    ))
      for (const { hash, body } of await repo.findParts(store.read, some)) await note(hash, body);
    return (hash) => known.get(hash)!;
  }

  /**
   * Of some boards, within a turn.
   * @param holding hashes of the parts that are the notice
   */
  async function withdrawNow(
    boardIds: readonly string[],
    holding: ReadonlySet<string>,
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
      const made = publishedContent(board, before.get(board.id), waited.get(board.id));
      if (made.content.parts.some(({ hash }) => holding.has(hash))) published.set(board.id, made);
    });
    const partOf = await readParts([...published.values()]);
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
      const contentHash = hashOf(board, deviceKey, left.content);
      const suspensions = suspended.get(board.id) ?? [];
      drafts.push({ board, deviceKey, ...left, contentHash, suspensions, newest: before.get(board.id)?.version });
    });
    if (drafts.length + waiting.length === 0) return;
    await issue(drafts, waiting, actor, {
      why: { takenDown: notice.title },
      along: (tx, versions) =>
        note(
          tx,
          [...drafts, ...waiting].map(({ board: { id } }) => ({ boardId: id, version: versions.get(id) ?? null })),
        ),
    });
  }

  /**
   * Whether a manifest can stand as it is: signed for the present player, by the key that signs now (the former one leaves the key
   * list a year after its successor came, and a player takes nothing by it then, not even from its own disk), and with the units and
   * groups by which takeovers find the board.
   */
  function holdsFor(manifest: string, board: BoardRecord, deviceKey: string): boolean {
    const certificate = readCertificate(manifest);
    return (
      certificate.deviceKey === deviceKey &&
      decodeProtectedHeader(manifest).kid === deps.keys.programmeSigner().kid &&
      canonicalJson([certificate.unitPath, certificate.groups]) === canonicalJson([pathOf(board), board.groups])
    );
  }

  /** @param renew also gives them what they are obliged to by now */
  const sign = (boardIds: readonly string[], renew: boolean): Promise<void> =>
    inTurn(() => untilFirst(() => signForPlayers(boardIds, renew)));

  const signAnew = (...boardIds: readonly string[]): Promise<void> => sign(boardIds, true);

  const inBackground = (signing: Promise<void>, ...boardIds: readonly string[]): void => {
    signing.catch((error: unknown) =>
      log.error({ err: error, boardIds }, 'what was published could not be signed anew'),
    );
  };
  const onChange = (...boardIds: readonly string[]): void => inBackground(signAnew(...boardIds), ...boardIds);
  async function signUnits(unitIds: readonly string[], also: readonly string[] = []): Promise<void> {
    const below = [...new Set(unitIds.flatMap((id) => units.tree.subtreeOf(id)))];
    const found = await boards.recordsOfUnits(below);
    for (const some of piecesOf([...new Set([...found.map(({ id }) => id), ...also])], boardsPerTransaction))
      await signAnew(...some);
  }
  /** Boards of units that hang elsewhere now: takeovers find them by their path. */
  const onUnits = ({ moved }: { moved: readonly string[] }): void => {
    if (moved.length === 0) return;
    inTurn(() => boards.recordsOfUnits(moved)).then(
      (records) => {
        for (const some of piecesOf(records, boardsPerTransaction)) onChange(...some.map(({ id }) => id));
      },
      (error: unknown) => log.error({ err: error }, 'boards of units that moved were not found'),
    );
  };
  /** One after the other: boards are given the last word of each, and `idle` waits for them. */
  let renewing: Promise<void> = Promise.resolve();
  const onObligations = ({ changes, unitIds, boardIds }: EventMap['obligationsChanged']): void => {
    renewing = renewing
      .then(() => signUnits(unitIds, boardIds))
      .then(
        () => deps.obligations.markSent(changes),
        (error: unknown) => {
          log.error({ err: error, changes }, 'boards were not given what they are obliged to');
          // They are announced again (jobs/housekeeping.ts).
          return deps.obligations.markUnsent(changes);
        },
      )
      .catch((error: unknown) => log.error({ err: error, changes }, 'how far obligations have come was not noted'));
  };
  /** Boards below these units, whatever else was published for them stays as it is. */
  async function suspendBelow(unitIds: readonly string[]): Promise<void> {
    const failures: unknown[] = [];
    for (const group of await repo.findBoardsWithProgramme(store.write)) {
      const records = (await boards.records(group)).filter(({ unitId }) =>
        reachOf(units.tree, unitId).some((id) => unitIds.includes(id)),
      );
      const ids = records.map(({ id }) => id);
      if (ids.length === 0) continue;
      await sign(ids, false).catch(async (error: unknown) => {
        log.error({ err: error, boardIds: ids }, 'boards were not told of mourning; they are told one by one');
        // One that cannot be signed keeps nobody else waiting.
        for (const id of ids) await sign([id], false).catch((failure: unknown) => failures.push(failure));
      });
    }
    if (failures.length > 0) throw failures[0];
  }
  const onMournings = ({ changes, unitIds }: EventMap['mourningsChanged']): void => {
    renewing = renewing
      .then(() => suspendBelow(unitIds))
      .then(() => deps.mournings.markSent(changes))
      // They stay unsent, are shown as such, and are announced again (jobs/housekeeping.ts).
      .catch((error: unknown) => log.error({ err: error, changes }, 'some boards were not told of mourning'));
  };
  const stops = [
    events.on('mourningsChanged', onMournings),
    events.on('boardPaired', ({ boardId }) => onChange(boardId)),
    events.on('boardMoved', ({ boardId }) => onChange(boardId)),
    events.on('unitsChanged', onUnits),
    events.on('obligationsChanged', onObligations),
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
        results.push(...(await inTurn(() => untilFirst(() => publishNow(actor, some)))));
      }
      return results;
    },
    everHeld: async (noticeId) => (await repo.findPartsOfNotice(store.report, noticeId)).size > 0,
    async withdraw(notice, actor, note) {
      // In a turn: what is being published now was perhaps compiled before.
      const { groups, holding } = await inTurn(async () => ({
        groups: [
          ...(await repo.findBoardsWithProgramme(store.write)),
          ...piecesOf(await repo.findBoardsWaiting(store.write), boardsPerTransaction),
        ],
        holding: await repo.findPartsOfNotice(store.report, notice.id),
      }));
      const seen = new Set<string>();
      const failures: unknown[] = [];
      for (const group of groups) {
        const some = group.filter((id) => !seen.has(id));
        for (const id of some) seen.add(id);
        await inTurn(() => untilFirst(() => withdrawNow(some, holding, notice, actor, note))).catch(
          (error: unknown) => {
            log.error({ err: error, noticeId: notice.id, boardIds: some }, 'a notice was not taken off some boards');
            failures.push(error);
          },
        );
      }
      if (failures.length > 0) throw failures[0];
    },
    signAnew,
    async newestManifest(boardId) {
      const [board, { newest, deviceKey }] = await Promise.all([
        boards.record(boardId),
        repo.findNewestForPlayer(store.read, boardId),
      ]);
      if (!board || deviceKey === null) return given(newest);
      if (!newest || readCertificate(newest.manifest).deviceKey !== deviceKey) {
        // The event of its pairing may still be under way, or the CMS may have stopped in between.
        await signAnew(boardId);
        return given((await repo.findNewestForPlayer(store.write, boardId)).newest);
      }
      // Not waited for: thousands may greet at once after the keys were renewed. It is sent to the board when it is there.
      if (!holdsFor(newest.manifest, board, deviceKey)) inBackground(sign([boardId], false), boardId);
      return given(newest);
    },
    recordProgress: (boardId, said) => recorder.record(boardId, said),
    async certificateFor(boardId, deviceKey) {
      const board = await boards.record(boardId);
      if (!board) throw boardUnknown();
      return signCertificate(board, deviceKey);
    },
    part: (hash) => repo.findPart(store.read, hash),
    async assetsInUse() {
      const used = new Set<string>();
      const note = (assets: Manifest['assets']): void => {
        for (const asset of assets) used.add(asset.hash);
      };
      for (const value of await repo.findAllWaiting(store.read)) note(waitingSchema.parse(JSON.parse(value)).assets);
      for (const boardIds of await repo.findBoardsWithProgramme(store.read)) {
        for (const manifest of await repo.findInUse(store.read, boardIds)) note(readManifest(manifest).assets);
        await setImmediate();
      }
      return used;
    },
    idle,
    async close() {
      for (const stop of stops) stop();
      await Promise.all([idle(), recorder.idle()]);
    },
  };
}

/** Does something for each board, and lets other work have its turn in between. */
async function inTurns(records: readonly BoardRecord[], work: (board: BoardRecord) => void): Promise<void> {
  const turn = takeTurns();
  for (const board of records) {
    work(board);
    await turn();
  }
}

export const boardUnknown = (): AppError => new AppError('board_unknown', 'There is no such board', { status: 404 });

const given = (newest: repo.Newest | null): { version: Version; manifest: string } | null =>
  newest && { version: newest.version, manifest: newest.manifest };

/** Reads a manifest that this CMS signed and stored itself: its signature is the reader's to check, not ours. */
export const readManifest = (jws: string): Manifest => manifestSchema.parse(decodeJwt(jws));
export const readCertificate = (manifest: string): Certificate =>
  certificateSchema.parse(decodeJwt(readManifest(manifest).certificate));

/** Bytes of parts and media that the board does not hold yet: what publishing costs its SIM card. */
function bytesToFetch(content: ProgrammeContent, before: repo.Newest | undefined): number {
  const held = before ? readManifest(before.manifest) : null;
  const known = new Set([...(held?.parts ?? []), ...(held?.assets ?? [])].map((file) => file.hash));
  return [...content.parts, ...content.assets].reduce((sum, file) => sum + (known.has(file.hash) ? 0 : file.size), 0);
}
