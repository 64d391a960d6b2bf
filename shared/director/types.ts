/**
 * The director turns timeline slots and stage events into stage commands and journal records. It is a pure state
 * machine: the engine and the studio's preview run the same one, each with its own clock.
 */
import type { HostKind, JournalBody, PlayBody } from '../protocol/journal.ts';
import type { Scene, StageCommand, StageEvent } from '../protocol/bridge.ts';
import type { Programme } from '../protocol/programme.ts';
import type { Takeover } from '../protocol/takeover.ts';
import type { Slot } from '../schedule/types.ts';

export type DirectorInput =
  /** What to play has changed (programme null: none yet; the overlay or nothing is shown). `takeovers` are standing ones meant for this board, `madeUp` a play that it has to catch up on. */
  | { type: 'plan'; programme: Programme | null; takeovers: readonly Takeover[]; madeUp?: Slot | null }
  /** A picture above everything but takeovers, such as pairing code, test pattern, identification; null ends it. Never a play. */
  | { type: 'overlay'; scene: Scene | null }
  | { type: 'stage'; event: StageEvent }
  /** The stage is gone (window crashed, socket closed): the open play is closed as interrupted. */
  | { type: 'stageLost' }
  /** Screen known on, known off, or unknown (null). Plays while off end as `dark`; what is on when it comes on begins anew. */
  | { type: 'screen'; on: boolean | null }
  /** Clock scrubbed or stepped by more than a slot can absorb: show what belongs to now. */
  | { type: 'seek' }
  | { type: 'tick' };

export interface DirectorOutput {
  /** For the stage, in order. */
  readonly commands: readonly StageCommand[];
  /** For the journal, in order. */
  readonly records: readonly JournalBody[];
  /** The play that is on the glass, as it would read if it ended now; checkpointed by the engine. null: none. */
  readonly openPlay: PlayBody | null;
  /** What the timeline says is on, and what follows. */
  readonly now: Slot | null;
  readonly next: Slot | null;
  /** When to send `tick`, ms UTC. */
  readonly wakeAt: number;
  /** Nothing less has helped: the stage's window should be made anew. */
  readonly newWindow: boolean;
  /** Assets (SHA-256) that could not be shown: their bytes should be looked at. */
  readonly suspects: readonly string[];
}

export interface Director {
  /** `now` is trusted time, ms UTC. */
  handle(input: DirectorInput, now: number): DirectorOutput;
}

export interface DirectorOptions {
  readonly host: HostKind;
  /** A new programme lets the item that is on come to its end first, where that is near and the item stands in it too. Left out: it does not. */
  readonly endsItems?: boolean;
  /** A preview whose clock stands still prepares scenes paused. */
  readonly paused?: boolean;
  /** Takeovers that an earlier run recorded as shown and not as ended, so that neither is recorded twice. */
  readonly takeoversShown?: readonly string[];
}
