/** What the CMS says to `npm start` over Node's IPC channel (scripts/lib/ipc.ts), and what it obeys. Nothing without a parent. */
import type { Logger } from 'pino';
import { z } from 'zod';
import { normalizePairingCode } from '../../shared/protocol/pairing.ts';
import { AppError } from '../../shared/util/errors.ts';
import type { App } from './app.ts';

export interface SampleReport {
  readonly firstBoardId: string;
  /** Only just after they were made, and only for a terminal. */
  readonly accounts: readonly { readonly role: string; readonly email: string; readonly password: string }[] | null;
  /** Where they were written otherwise. */
  readonly passwordFile: string | null;
}

export type ParentMessage =
  | { readonly type: 'progress'; readonly text: string }
  | {
      readonly type: 'ready';
      readonly url: string;
      readonly sample: SampleReport | null;
      readonly firstAdminLink: string | null;
    }
  | { readonly type: 'paired'; readonly boardId: string }
  | { readonly type: 'pairFailed'; readonly code: string; readonly message: string };

/** @returns false when nobody is there to hear it */
export function tellParent(message: ParentMessage): boolean {
  if (!process.connected || !process.send) return false;
  process.send(message);
  return true;
}

const pairBoard = z.object({
  type: z.literal('pairBoard'),
  boardId: z.uuid(),
  code: z.string().max(40).transform(normalizePairingCode),
});

/** Confirms pairings for the person who started CMS and player on one machine; only a parent process holds the other end. */
export function handleParent(app: App, log: Logger): void {
  if (!process.connected) return;
  process.on('message', (message: unknown) => {
    const parsed = pairBoard.safeParse(message);
    if (!parsed.success) {
      log.warn('the parent process said something unknown');
      return;
    }
    const { boardId, code } = parsed.data;
    app.features.pairing.confirm({ actor: null, boardId, code, address: null }).then(
      () => tellParent({ type: 'paired', boardId }),
      (error: unknown) => {
        if (!(error instanceof AppError)) log.error({ err: error }, 'pairing from npm start failed');
        const known =
          error instanceof AppError
            ? error
            : new AppError('internal', 'Something went wrong inside the CMS; its log says what');
        tellParent({ type: 'pairFailed', code: known.code, message: known.message });
      },
    );
  });
}
