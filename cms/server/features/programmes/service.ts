/**
 * Programmes: compile → sign → publish. Of each board parts, manifest, progress and audit appear together; of many boards a hundred
 * at a time, so that no takeover waits behind a province. One that breaks off in the middle is simply published again.
 * A board without a player gets no programme, since a programme names its player's key; what was published for it waits and is
 * signed for the player when one is paired. A new player of a board gets what was published for the board last, never drafts; so
 * does a board that was moved, alone or with its unit, or whose programme was signed by a key that has a successor (docs/decisions/0004).
 */
import { setImmediate } from 'node:timers/promises';
import type { Manifest } from '../../../../shared/protocol/programme.ts';
import type { Context } from '../../context.ts';
import type { Tx } from '../../store/store.ts';
import type { BoardRecord } from '../boards/service.ts';
import { createIssuer } from './issue.ts';
import { createProgressRecorder, type ProgressSaid } from './progress.ts';
import { boardUnknown, createPublisher, type Publisher, type PublisherDeps } from './publish.ts';
import { publishedContent, readManifest, waitingSchema } from './published.ts';
import { createPublicationQueue } from './queue.ts';
import { createRenewal, type Renewal, type RenewDeps } from './renew.ts';
import * as repo from './repo.ts';
import { createSuspender, type SuspenderDeps } from './suspended.ts';
import { createWithdraw, type Withdraw } from './withdraw.ts';

export interface ProgrammesService extends Publisher, Pick<Renewal, 'signAnew' | 'newestManifest'> {
  readonly withdraw: Withdraw;
  /** What was published for a board stands no longer: its next player begins with the slide of last resort. */
  clear(tx: Tx, board: BoardRecord): Promise<void>;
  /** Whether a notice was ever in what was published for a board: nothing ever deletes a part, and each knows its notice. */
  everHeld(noticeId: string): Promise<boolean>;
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

type Made = 'issuer' | 'suspender' | 'queue';

export interface ProgrammesDeps extends Omit<PublisherDeps, Made>, Omit<RenewDeps, Made> {
  readonly notices: PublisherDeps['notices'] & SuspenderDeps['notices'];
  readonly mournings: RenewDeps['mournings'] & SuspenderDeps['mournings'];
  readonly boards: RenewDeps['boards'];
  readonly schedules: PublisherDeps['schedules'];
  readonly obligations: RenewDeps['obligations'];
}

export function createProgrammesService(context: Context, deps: ProgrammesDeps): ProgrammesService {
  const { store, sources } = context;
  const issuer = createIssuer(context, deps);
  const suspender = createSuspender(store, deps);
  const queue = createPublicationQueue(context);
  const withQueue = { ...deps, issuer, suspender, queue };
  const { preview, holding, changes, publish } = createPublisher(context, withQueue);
  const renewal = createRenewal(context, withQueue);
  const recorder = createProgressRecorder(context);

  return {
    preview,
    holding,
    changes,
    publish,
    withdraw: createWithdraw(context, withQueue),
    signAnew: renewal.signAnew,
    newestManifest: renewal.newestManifest,
    async clear(tx, { id, name, unitId }) {
      const { content, parts } = publishedContent({ name, unitName: deps.units.nameOf(unitId) }, undefined, undefined);
      await repo.insertParts(store, tx, parts, sources.now());
      await repo.writeWaiting(tx, id, JSON.stringify(content));
    },
    everHeld: async (noticeId) => (await repo.findPartsOfNotice(store.read, noticeId)).size > 0,
    recordProgress: (boardId, said) => recorder.record(boardId, said),
    async certificateFor(boardId, deviceKey) {
      const board = await deps.boards.record(boardId);
      if (!board) throw boardUnknown();
      return issuer.signCertificate(board, deviceKey);
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
    idle: renewal.idle,
    async close() {
      renewal.stop();
      await Promise.all([renewal.idle(), recorder.idle()]);
    },
  };
}
