/**
 * Commands of the CMS: each is on the disk before anything is done about it, so that it is carried out once, whatever is sent twice and
 * wherever the power goes; what became of it is told until the CMS has answered.
 */
import type { Logger } from 'pino';
import { z } from 'zod';
import { toldOf } from '../../shared/protocol/command-told.ts';
import { commandOutcome, commands, type BoardCommand, type CommandName } from '../../shared/protocol/commands.ts';
import type { boardMessages, RequestOf } from '../../shared/protocol/link.ts';
import type { LogEvent } from '../../shared/protocol/log.ts';
import type { Clock } from './clock.ts';
import { RefusedError, type Documents } from './documents.ts';
import { codeOf } from './programmes.ts';
import type { Store } from './store.ts';

export type CommandEnd = RequestOf<typeof boardMessages.commandEndedV1>;

/** Kept for so long after its expiry, ms; what has not been told, longer. */
const keptMs = 3_600_000;
const keptUntoldMs = 30 * 86_400_000;

/** `running`: nothing has been said of its end, which is not known if the power goes now. */
const rowShape = z.object({
  command_id: z.string(),
  state: z.enum(['running', 'refused', ...commandOutcome.options]),
  state_at: z.int(),
  error_code: z.string().nullable(),
});

export interface CommandsOptions {
  readonly store: Store;
  readonly documents: Pick<Documents, 'verifyCommand'>;
  readonly clock: Pick<Clock, 'now'>;
  /**
   * Begins to carry a command out, in the transaction that writes it down; what it returns settles at the end. What cannot be taken back
   * is to begin after the commit. @throws RefusedError when it cannot be done here
   */
  readonly carryOut: (command: BoardCommand) => Promise<void> | void;
  /** One has ended that the CMS has not been told of. */
  readonly onEnded: () => void;
  readonly log: Logger;
}

export class Commands {
  readonly #o: CommandsOptions;

  constructor(options: CommandsOptions) {
    this.#o = options;
  }

  /**
   * Takes a command from the wire. One that is here already is not carried out again; its end is told again.
   * @throws AppError `signature_invalid`, `key_unknown`, `document_invalid`, `board_wrong`, `command_expired`, `command_old`, or why it cannot be
   * done here
   */
  async take(jws: string): Promise<void> {
    const { documents, clock, store } = this.#o;
    const command = await documents.verifyCommand(jws);
    const { commandId, name, issuedAt } = command;
    const known = this.#find(commandId);
    if (known) return this.#again(known);
    if (commands[name].waits && this.#takenSince(name, issuedAt))
      throw new RefusedError('command_old', `A later ${name} was taken already`);
    store.transaction(() => {
      const now = clock.now();
      store.db
        .prepare('DELETE FROM commands WHERE expires_at < ? AND (told = 1 OR expires_at < ?)')
        .run(now - keptMs, now - keptUntoldMs);
    });
    this.#begin(command);
  }

  /** What runs has not been told, so that it is kept until its end. */
  #write({ commandId, name, issuedAt, expiresAt }: BoardCommand): void {
    this.#o.store.db
      .prepare("INSERT INTO commands VALUES (?, ?, ?, ?, 'running', ?, NULL, 0)")
      .run(commandId, expiresAt, name, issuedAt, this.#o.clock.now());
  }

  #begin(command: BoardCommand): void {
    const { carryOut, log, store } = this.#o;
    const { name } = command;
    const payload = toldOf(payloadOf(command));
    let work: Promise<void> | void;
    try {
      // What it sets down, such as an order, is durable together with the command and its end, or nothing is.
      work = store.transaction(() => {
        this.#write(command);
        const begun = carryOut(command);
        if (!(begun instanceof Promise)) this.#end(command.commandId, 'done', null);
        return begun;
      });
    } catch (error) {
      // Whoever sent it hears of it at once, and the same when it comes again. A disk that fails may do better then.
      if (error instanceof RefusedError)
        store.transaction(() => {
          this.#write(command);
          this.#end(command.commandId, 'refused', codeOf(error));
        });
      throw error;
    }
    log.info({ event: { type: 'commandTaken', name, payload } satisfies LogEvent }, 'a command was taken');
    if (!(work instanceof Promise)) return;
    work.then(
      () => this.#end(command.commandId, 'done', null),
      (error: unknown) => {
        log.warn(
          { event: { type: 'commandFailed', name, payload, code: codeOf(error) } satisfies LogEvent, err: error },
          'a command came to nothing',
        );
        this.#end(command.commandId, 'failed', codeOf(error));
      },
    );
  }

  #again({ command_id, state, error_code }: z.infer<typeof rowShape>): void {
    if (state === 'refused') throw new RefusedError(error_code ?? 'command_refused', 'It was refused before');
    if (state === 'running') return;
    this.#o.store.db.prepare('UPDATE commands SET told = 0 WHERE command_id = ?').run(command_id);
    this.#o.onEnded();
  }

  #find(commandId: string): z.infer<typeof rowShape> | null {
    const row = this.#o.store.db.prepare('SELECT * FROM commands WHERE command_id = ?').get(commandId);
    return row ? rowShape.parse(row) : null;
  }

  /** Whoever holds an older one back must not undo what was ordered after it. */
  #takenSince(name: CommandName, issuedAt: number): boolean {
    const newer = this.#o.store.db.prepare(
      "SELECT 1 FROM commands WHERE name = ? AND issued_at > ? AND state != 'refused'",
    );
    return newer.get(name, issuedAt) !== undefined;
  }

  #end(commandId: string, state: 'done' | 'failed' | 'refused', code: string | null): void {
    try {
      this.#o.store.db
        .prepare(
          "UPDATE commands SET state = ?, state_at = ?, error_code = ?, told = ? WHERE command_id = ? AND state = 'running'",
        )
        .run(state, this.#o.clock.now(), code, state === 'refused' ? 1 : 0, commandId);
    } catch (error) {
      return this.#o.log.error({ err: error }, 'the end of a command cannot be written');
    }
    if (state !== 'refused') this.#o.store.afterCommit(this.#o.onEnded);
  }

  /**
   * At the start of the engine: what an earlier one was about has ended somehow, and is not begun again.
   * @param rebooted whether the machine has been started since it was told to
   */
  endInterrupted(rebooted: () => boolean): void {
    const rows = this.#o.store.db.prepare("SELECT command_id, name FROM commands WHERE state = 'running'").all();
    for (const row of rows as { command_id: string; name: string }[]) {
      if (row.name === 'restart') this.#end(row.command_id, 'done', null);
      else if (row.name !== 'reboot') this.#end(row.command_id, 'failed', 'command_interrupted');
      else if (rebooted()) this.#end(row.command_id, 'done', null);
      else this.#end(row.command_id, 'failed', 'reboot_failed');
    }
  }

  /** What the CMS has not been told, the oldest first. */
  untold(): CommandEnd[] {
    const rows = this.#o.store.db.prepare('SELECT * FROM commands WHERE told = 0 ORDER BY state_at, command_id').all();
    return rows.flatMap((raw) => {
      const { success, data } = rowShape.safeParse(raw);
      if (!success || data.state === 'running' || data.state === 'refused') return [];
      return [{ commandId: data.command_id, outcome: data.state, at: data.state_at, errorCode: data.error_code }];
    });
  }

  markTold({ commandId }: CommandEnd): void {
    this.#o.store.db.prepare('UPDATE commands SET told = 1 WHERE command_id = ?').run(commandId);
  }
}

/** What a command says beside its name. */
function payloadOf(command: BoardCommand): Record<string, unknown> {
  const said: Record<string, unknown> = command;
  return Object.fromEntries(Object.keys(commands[command.name].payload).map((key) => [key, said[key]]));
}
