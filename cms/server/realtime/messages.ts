/** What comes over a board's socket: parsed, handed on, answered. A wrong message is answered and the connection stays. */
import type { Socket } from 'socket.io';
import type { z } from 'zod';
import { boardMessages, type BoardMessage, type ReplyOf, type RequestOf } from '../../../shared/protocol/link.ts';
import { AppError } from '../../../shared/util/errors.ts';
import { bodyOf, toAppError } from '../http.ts';
import type { Context } from '../context.ts';

type Accepted<M extends BoardMessage> = Omit<Extract<ReplyOf<(typeof boardMessages)[M]>, { ok: true }>, 'ok'>;
/** What each message does; what it throws is answered as a refusal. */
export type Handlers<B> = {
  readonly [M in BoardMessage]: (board: B, request: RequestOf<(typeof boardMessages)[M]>) => Promise<Accepted<M>>;
};

/** Counts for the metrics. */
export interface MessageCounts {
  taken: number;
  invalid: number;
  unknown: number;
  refused: number;
}

/** Messages of one connection that are being worked on at most; a player sends a few. */
const atOnce = 64;
const names = Object.keys(boardMessages) as BoardMessage[];
const isKnown = (name: string): boolean => Object.hasOwn(boardMessages, name);

/** Answers every message of a connection by its handler. @param log of the process; a board's identity is added */
export function listen<B extends { readonly boardId: string }>(
  socket: Socket,
  board: B,
  handlers: Handlers<B>,
  options: {
    readonly counts: MessageCounts;
    readonly log: Context['log'];
    readonly allowed: (name: BoardMessage) => AppError | null;
  },
): void {
  const { counts, log, allowed } = options;
  let working = 0;

  async function handle<M extends BoardMessage>(name: M, payload: unknown): Promise<Accepted<M>> {
    const refusal = allowed(name);
    if (refusal) throw refusal;
    const schema: z.ZodType = boardMessages[name].request;
    const parsed = schema.safeParse(payload);
    if (!parsed.success) {
      counts.invalid++;
      const [issue] = parsed.error.issues;
      throw new AppError('message_invalid', `${name} has the wrong shape: ${issue?.message ?? ''}`, {
        field: issue?.path.join('.') ?? '',
      });
    }
    if (working >= atOnce) throw new AppError('server_busy', 'Too many messages at once', { status: 503 });
    working++;
    try {
      return await handlers[name](board, parsed.data as RequestOf<(typeof boardMessages)[M]>);
    } finally {
      working--;
    }
  }

  function receive(name: BoardMessage, args: readonly unknown[]): void {
    const answer = answerer(args);
    handle(name, typeof args[0] === 'function' ? undefined : args[0]).then(
      (result) => {
        counts.taken++;
        answer({ ok: true, ...result });
      },
      (error: unknown) => {
        counts.refused++;
        const known = toAppError(error);
        if (known.status >= 500)
          log.error({ err: error, boardId: board.boardId, message: name }, 'a message of a board failed');
        else log.debug({ boardId: board.boardId, message: name, code: known.code }, 'a message of a board was refused');
        answer({ ok: false, ...bodyOf(known) });
      },
    );
  }

  for (const name of names) socket.on(name, (...args: unknown[]) => receive(name, args));
  socket.onAny((name: unknown, ...args: unknown[]) => {
    if (typeof name === 'string' && isKnown(name)) return;
    counts.unknown++;
    answerer(args)({ ok: false, ...bodyOf(new AppError('message_unknown', 'There is no such message')) });
  });
}

/** The acknowledgement that the sender asked for, or nothing. */
function answerer(args: readonly unknown[]): (reply: object) => void {
  const last = args.at(-1);
  return typeof last === 'function' ? (last as (reply: object) => void) : () => undefined;
}
