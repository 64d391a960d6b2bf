/** The code for the technician's page of one board's screen (shared/protocol/technician.ts), and bytes for its test of the line. */
import { codeFor, codeKey, isChallengeOf } from '../../../../shared/protocol/technician-code.ts';
import { speedBytes } from '../../../../shared/protocol/technician.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import type { BoardsService } from '../boards/service.ts';
import type { KeysService } from '../keys/service.ts';
import type { PairingService } from '../pairing/service.ts';
import { Throttle } from '../pairing/throttle.ts';

const quarterMs = 15 * 60_000;
/** Challenges that no player of the board can have shown: somebody tries, or has the wrong board before them. */
const wrongAQuarter = 20;
/** Tests of a line in each direction: some megabytes each, which the CMS's own line carries as well. */
const testsAQuarter = 20;

export type TechnicianService = ReturnType<typeof createTechnicianService>;

export interface TechnicianDeps {
  readonly boards: Pick<BoardsService, 'require'>;
  readonly keys: Pick<KeysService, 'secretsWith'>;
  readonly pairing: Pick<PairingService, 'deviceKeyOf'>;
}

export function createTechnicianService({ store, sources, audit }: Context, deps: TechnicianDeps) {
  const now = (): number => sources.now();
  const wrong = new Throttle({ limit: wrongAQuarter, windowMs: quarterMs, now });
  const tests = new Throttle({ limit: testsAQuarter, windowMs: quarterMs, now });

  /** @throws AppError `technician_throttled` 429 */
  function takeTest(way: 'down' | 'up', boardId: string): void {
    const key = `${way} ${boardId}`;
    if (!tests.take(key)) throw throttled(tests.retryAfterMs(key));
  }

  return {
    /**
     * The code that opens the page of this board's screen, where `challenge` stands on it; who asked is in the audit log.
     * @throws AppError `board_unknown`, `forbidden`, `board_not_paired` 409, `technician_challenge_wrong` 400, `technician_throttled` 429
     */
    async code(actor: Actor, boardId: string, challenge: string): Promise<string> {
      const { unitId } = await deps.boards.require(actor, 'board.command', boardId);
      if (wrong.exceeded(actor.userId)) throw throttled(wrong.retryAfterMs(actor.userId));
      const deviceKey = await deps.pairing.deviceKeyOf(boardId);
      if (deviceKey === null) throw new AppError('board_not_paired', 'The board has no player', { status: 409 });
      for (const { cmsKey, secret } of await deps.keys.secretsWith(deviceKey)) {
        const key = codeKey(secret, { boardId, deviceKey, cmsKey });
        if (!isChallengeOf(key, challenge)) continue;
        await store.transaction((tx) =>
          audit(tx, {
            actor,
            action: 'board.technicianCodeIssued',
            subjectType: 'board',
            subjectId: boardId,
            unitId,
            detail: { challenge },
          }),
        );
        return codeFor(key, challenge);
      }
      wrong.take(actor.userId);
      throw new AppError('technician_challenge_wrong', 'The screen of this board cannot have shown these characters', {
        field: 'challenge',
      });
    },

    /** Bytes that no line makes smaller. @throws AppError `technician_throttled` 429 */
    download(boardId: string): Uint8Array {
      takeTest('down', boardId);
      return sources.randomBytes(speedBytes.down);
    },

    /** Bytes came. @throws AppError `technician_throttled` 429 */
    upload: (boardId: string): void => takeTest('up', boardId),
  };
}

const throttled = (retryAfterMs: number): AppError =>
  new AppError('technician_throttled', 'Too many attempts; wait and try again', {
    status: 429,
    params: { retryAfterSeconds: Math.ceil(retryAfterMs / 1000) },
  });
