/**
 * What was published for boards last is signed anew, without anybody publishing: for a new player, after a key that has a successor,
 * for a board that hangs elsewhere now, with what upper units oblige it to, and with what rests while there is mourning. Never drafts.
 */
import { decodeProtectedHeader } from 'jose';
import type { Version } from '../../../../shared/protocol/common.ts';
import { canonicalJson } from '../../../../shared/util/canonical-json.ts';
import { reachOf } from '../../access.ts';
import type { Context, EventMap } from '../../context.ts';
import { inTurns, piecesOf } from '../../turns.ts';
import type { BoardRecord, BoardsService } from '../boards/service.ts';
import type { MourningsService } from '../mournings/service.ts';
import type { ObligationsService } from '../obligations/service.ts';
import { Compiler } from './compile.ts';
import type { Draft, Issuer, IssuerDeps } from './issue.ts';
import type { LibraryDeps } from './library.ts';
import { readObligedLibrary, withObligations } from './obliged.ts';
import { publishedContent, readCertificate, readParts, type Content } from './published.ts';
import { boardsPerTransaction, type PublicationQueue } from './queue.ts';
import * as repo from './repo.ts';
import { suspendsAlike, type Suspender } from './suspended.ts';

export interface RenewDeps extends LibraryDeps, IssuerDeps {
  readonly mournings: Pick<MourningsService, 'markSent'>;
  readonly boards: Pick<BoardsService, 'record' | 'records' | 'recordsOfUnits' | 'devices'>;
  readonly obligations: Pick<ObligationsService, 'ofUnits' | 'orders' | 'markSent' | 'markUnsent'>;
  readonly issuer: Issuer;
  readonly suspender: Suspender;
  readonly queue: PublicationQueue;
}

export interface Renewal {
  /**
   * Signs what was published for them last anew, where it was for another player, by another key, or for other units and groups, or
   * where upper units oblige them to something else by now.
   */
  signAnew(...boardIds: readonly string[]): Promise<void>;
  /** The newest programme, for the board's present player; null for a board that has none. */
  newestManifest(boardId: string): Promise<{ version: Version; manifest: string } | null>;
  /** When nothing is being signed, here or in the queue. */
  idle(): Promise<void>;
  /** Hears of no more changes. */
  stop(): void;
}

export function createRenewal({ store, sources, events, log }: Context, deps: RenewDeps): Renewal {
  const { units, boards, suspender, queue } = deps;
  const { pathOf, hashOf, issue } = deps.issuer;
  const named = ({ name, unitId }: BoardRecord) => ({ name, unitName: units.nameOf(unitId) });

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
      (board) =>
        void published.set(board.id, publishedContent(named(board), before.get(board.id), waiting.get(board.id))),
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
    const partOf = await readParts(store.read, [...published.values()]);
    const contents = new Map<string, Content>();
    await inTurns(records, (board) => {
      const { content, parts } = published.get(board.id)!;
      const obliged = compiler.compile({
        board: { ...board, defaultPlaylistId: null },
        unitPath: pathOf(board),
        unitName: units.nameOf(board.unitId),
      });
      contents.set(board.id, {
        content: withObligations(content, partOf, obliged),
        parts: [...parts, ...obliged.parts.values()],
      });
    });
    return contents;
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
    queue.inTurn(() => signForPlayers(boardIds, renew));
  const signAnew = (...boardIds: readonly string[]): Promise<void> => sign(boardIds, true);
  const signGroups = (records: readonly BoardRecord[], renew: boolean): Promise<void> =>
    queue.inGroups(
      piecesOf(
        records.map(({ id }) => id),
        boardsPerTransaction,
      ),
      (some) => signForPlayers(some, renew),
      'what was published could not be signed anew for some boards; each is tried by itself',
    );

  /** @param also boards elsewhere */
  async function signUnits(unitIds: readonly string[], also: readonly string[]): Promise<void> {
    const below = [...new Set(unitIds.flatMap((id) => units.tree.subtreeOf(id)))];
    const found = [...(await boards.recordsOfUnits(below)), ...(await boards.records(also))];
    await signGroups([...new Map(found.map((board) => [board.id, board])).values()], true);
  }

  /** Boards below these units, whatever else was published for them stays as it is. */
  async function suspendBelow(unitIds: readonly string[]): Promise<void> {
    const concerned: BoardRecord[] = [];
    for (const group of await repo.findBoardsWithProgramme(store.write))
      for (const board of await boards.records(group))
        if (reachOf(units.tree, board.unitId).some((id) => unitIds.includes(id))) concerned.push(board);
    await signGroups(concerned, false);
  }

  const inBackground = (signing: Promise<void>, what: object): void => {
    signing.catch((error: unknown) =>
      log.error({ err: error, ...what }, 'what was published could not be signed anew'),
    );
  };
  const onBoard = ({ boardId }: { boardId: string }): void => inBackground(signAnew(boardId), { boardId });
  /** Boards of units that hang elsewhere now: takeovers find them by their path, so they wait for no rollout to a province. */
  let moving: Promise<void> = Promise.resolve();
  const onUnits = ({ moved }: { moved: readonly string[] }): void => {
    if (moved.length === 0) return;
    moving = moving
      .then(() => queue.inTurn(() => boards.recordsOfUnits(moved)))
      .then((records) => signGroups(records, true))
      .catch((error: unknown) =>
        log.error({ err: error, moved }, 'boards of units that moved were not all signed anew'),
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
  const onMournings = ({ changes, unitIds }: EventMap['mourningsChanged']): void => {
    renewing = renewing
      .then(() => suspendBelow(unitIds))
      .then(() => deps.mournings.markSent(changes))
      // They stay unsent, are shown as such, and are announced again (jobs/housekeeping.ts).
      .catch((error: unknown) => log.error({ err: error, changes }, 'some boards were not told of mourning'));
  };
  const stops = [
    events.on('mourningsChanged', onMournings),
    events.on('boardPaired', onBoard),
    events.on('boardMoved', onBoard),
    events.on('unitsChanged', onUnits),
    events.on('obligationsChanged', onObligations),
  ];

  return {
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
      if (!holdsFor(newest.manifest, board, deviceKey)) inBackground(sign([boardId], false), { boardId });
      return given(newest);
    },
    async idle() {
      for (let renewed: unknown = null, moved: unknown = null; renewed !== renewing || moved !== moving;) {
        await (renewed = renewing);
        await (moved = moving);
        await queue.idle();
      }
    },
    stop() {
      for (const stop of stops) stop();
    },
  };
}

const given = (newest: repo.Newest | null): { version: Version; manifest: string } | null =>
  newest && { version: newest.version, manifest: newest.manifest };
