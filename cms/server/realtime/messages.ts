/** What comes over a socket: parsed, handed on, answered. A wrong message is answered and the connection stays. */
import type { Socket } from 'socket.io';
import type { z } from 'zod';
import type { ReplyOf, RequestOf } from '../../../shared/protocol/link.ts';
import { AppError } from '../../../shared/util/errors.ts';
import { bodyOf, toAppError } from '../http.ts';
import type { Context } from '../context.ts';

type Message = { readonly request: z.ZodType; readonly reply: z.ZodType };
/** Messages by their names. */
type Messages = Readonly<Record<string, Message>>;
type Accepted<M extends Message> = Omit<Extract<ReplyOf<M>, { ok: true }>, 'ok'>;
/** What each message of a peer does; what it throws is answered as a refusal. */
export type Handlers<P, M extends Messages> = {
  readonly [N in keyof M]: (peer: P, request: RequestOf<M[N]>) => Promise<Accepted<M[N]>>;
};

/** Counts for the metrics. */
export interface MessageCounts {
  taken: number;
  invalid: number;
  unknown: number;
  refused: number;
}

export const noCounts = (): MessageCounts => ({ taken: 0, invalid: 0, unknown: 0, refused: 0 });

/** Messages of one connection that are being worked on at most; a peer sends a few. */
const atOnce = 64;

/** Answers every message of a connection by its handler. @param log with the peer's identity */
export function listen<P, M extends Messages>(
  socket: Socket,
  peer: P,
  messages: M,
  handlers: Handlers<P, M>,
  options: {
    readonly counts: MessageCounts;
    readonly log: Context['log'];
    /** Why this peer may not send it now, whatever it says. */
    readonly refused?: (name: keyof M) => AppError | null;
  },
): void {
  const { counts, log, refused } = options;
  let working = 0;

  async function handle<N extends keyof M & string>(name: N, payload: unknown): Promise<Accepted<M[N]>> {
    const refusal = refused?.(name);
    if (refusal) throw refusal;
    const parsed = messages[name]!.request.safeParse(payload);
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
      return await handlers[name](peer, parsed.data as RequestOf<M[N]>);
    } finally {
      working--;
    }
  }

  function receive(name: keyof M & string, args: readonly unknown[]): void {
    const answer = answerer(args);
    handle(name, typeof args[0] === 'function' ? undefined : args[0]).then(
      (result) => {
        counts.taken++;
        answer({ ok: true, ...result });
      },
      (error: unknown) => {
        counts.refused++;
        const known = toAppError(error);
        if (known.status >= 500) log.error({ err: error, message: name }, 'a message failed');
        else log.debug({ message: name, code: known.code }, 'a message was refused');
        answer({ ok: false, ...bodyOf(known) });
      },
    );
  }

  for (const name of Object.keys(messages)) socket.on(name, (...args: unknown[]) => receive(name, args));
  socket.onAny((name: unknown, ...args: unknown[]) => {
    if (typeof name === 'string' && Object.hasOwn(messages, name)) return;
    counts.unknown++;
    answerer(args)({ ok: false, ...bodyOf(new AppError('message_unknown', 'There is no such message')) });
  });
}

/** The acknowledgement that the sender asked for, or nothing. */
function answerer(args: readonly unknown[]): (reply: object) => void {
  const last = args.at(-1);
  return typeof last === 'function' ? (last as (reply: object) => void) : () => undefined;
}
