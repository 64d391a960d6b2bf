/**
 * Plays of obligations that the board missed: because it was off, an alert or a cut source covered them, or a new programme had them
 * earlier. The timeline goes on as if nothing had happened, so that boards with one programme stay in step; what is missing in the
 * hour that runs is put over it here, by this board alone, and the timeline is joined again where it then is.
 *
 * The rule, at the end of each item of the playlist: of the obligations of which fewer plays were seen since their hour began than the
 * timeline had (of one that came in the middle of it: since it came, and one at least), the one that was on longest ago plays once more, if it is open, ends within its hour, covers no other obligation, is on
 * a third of its period after its last play at least and an eighth of it before the next, and a minute after whatever was made up last.
 * It waits for the end of a later item, where that comes soon, if less than half of an item would be left behind it now and there more is:
 * nobody reads a notice in two seconds.
 */
import type { PlayBody } from '../../shared/protocol/journal.ts';
import type { Programme } from '../../shared/protocol/programme.ts';
import type { Takeover } from '../../shared/protocol/takeover.ts';
import { hourOf, type WovenObligation } from '../../shared/schedule/obligations.ts';
import { createTimeline, type Timeline } from '../../shared/schedule/timeline.ts';
import type { Slot } from '../../shared/schedule/types.ts';

const hourMs = 3_600_000;
/** Between the beginnings of two plays that are made up, whatever of. */
const apartMs = 60_000;
/** What is made up waits so long for a better place. ms */
const patienceMs = 120_000;
/** Plays of so long ago say all that is asked of them: an obligation's hour, and its period before. ms */
export const rememberedMs = 2 * hourMs;

/** Of an obligation so many plays are kept: more than there are in that time. By number, since a clock may have been ahead. */
const mostPlays = 200;

/** What the board does now. */
export interface Situation {
  readonly programme: Programme | null;
  readonly takeovers: readonly Takeover[];
  /** What is on by the plan. */
  readonly slot: Slot | null;
  readonly openPlay: PlayBody | null;
  /** Nobody would see it. */
  readonly dark: boolean;
  /** The source is cut: the programme is without what it holds. */
  readonly cut: boolean;
  readonly now: number;
}

type Play = Pick<PlayBody, 'start' | 'paintedMs' | 'outcome'>;

/** Of a play so much has to be seen: what began late, or was cut at its end, is not shown twice. */
const enough = 0.75;

export class MakingUp {
  readonly #plays = new Map<string, Play[]>();
  /** When obligations came, by id; -Infinity: before this program started, as far as it knows. */
  readonly #since = new Map<string, number>();
  /** The first programme says nothing of when its obligations came. */
  #firstSeen = false;
  #programme: Programme | null = null;
  #timeline: Timeline | null = null;
  #takeovers: readonly Takeover[] = [];
  #slot: Slot | null = null;
  #dark = false;
  /** A play has ended since it was last asked what comes. */
  #news = true;
  #next: Slot | null = null;
  #lastBegun = -Infinity;
  readonly #counted = new Map<
    WovenObligation,
    { readonly hour: number; readonly to: number; readonly count: number }
  >();

  /** Slots up to an instant, by where they begin: obligations ask for the same. */
  #past = { to: NaN, since: new Map<number, readonly Slot[]>() };

  /** @param plays what the journal holds of the last `rememberedMs` */
  constructor(plays: readonly PlayBody[]) {
    for (const play of plays) this.note(play);
  }

  /** A play has ended. */
  note(ended: PlayBody): void {
    const { why } = ended;
    if (why.kind !== 'obligation' || why.id === null) return;
    this.#plays.set(why.id, [...(this.#plays.get(why.id) ?? []), ended].slice(-mostPlays));
    this.#news = true;
  }

  /** The play that a plan with this programme is to hold beside its timeline; null: none. */
  standing(programme: Programme | null): Slot | null {
    const next = this.#next;
    const isThere = programme?.obligations.some(
      ({ obligationId, noticeId }) => obligationId === next?.why.id && noticeId === next.noticeId,
    );
    return isThere ? next : null;
  }

  /** What is to be made up: on now, or at the end of what is on; null: nothing. Ask whenever the board's director has spoken. */
  next(at: Situation): Slot | null {
    const { programme, takeovers, slot, dark, now } = at;
    if (programme !== this.#programme) {
      this.#programme = programme;
      if (programme && !at.cut) this.#meet(programme, now);
      this.#timeline = programme && programme.obligations.length > 0 ? createTimeline(programme) : null;
      this.#counted.clear();
      this.#past.to = NaN;
      this.#next = this.standing(programme);
      this.#news = true;
    }
    const known = this.#slot?.start === slot?.start && this.#slot?.end === slot?.end && this.#dark === dark;
    if (known && this.#takeovers === takeovers && !this.#news) return this.#next;
    this.#slot = slot;
    this.#dark = dark;
    this.#takeovers = takeovers;
    this.#news = false;
    // What it lies over goes on behind it as what is left of one item, and not as another.
    const isOn =
      this.#next !== null && this.#next.start <= now && (now < this.#next.end || slot?.start === this.#next.end);
    if (isOn) this.#lastBegun = this.#next!.start;
    else {
      const found = this.#find(at);
      if (found?.start !== this.#next?.start || found?.why.id !== this.#next?.why.id) this.#next = found;
    }
    return this.#next;
  }

  #meet({ obligations }: Programme, now: number): void {
    // One that was taken back and comes again comes then.
    const ids = new Set(obligations.map(({ obligationId }) => obligationId));
    for (const id of [...this.#since.keys(), ...this.#plays.keys()]) {
      if (ids.has(id) || !this.#firstSeen) continue;
      this.#since.delete(id);
      this.#plays.delete(id);
    }
    for (const { obligationId } of obligations)
      if (!this.#since.has(obligationId)) this.#since.set(obligationId, this.#firstSeen ? now : -Infinity);
    this.#firstSeen = true;
  }

  #find({ takeovers, slot, openPlay, dark }: Situation): Slot | null {
    const timeline = this.#timeline;
    if (!timeline || !slot || dark || slot.why.kind === 'obligation') return null;
    const at = slot.end;
    if (this.#lastBegun <= at && at < this.#lastBegun + apartMs) return null;
    let found: { readonly obligation: WovenObligation; readonly last: number } | null = null;
    for (const obligation of timeline.obligations) {
      // A clock that was ahead leaves plays that are yet to come.
      const plays = this.#playsOf(obligation, openPlay).filter(({ start }) => start <= at);
      const last = Math.max(-Infinity, ...plays.map(({ start }) => start));
      if ((!found || last < found.last) && this.#isDue(timeline, obligation, plays, last, at, takeovers))
        found = { obligation, last };
    }
    if (!found || this.#isBetterSoon(timeline, found.obligation, at, takeovers)) return null;
    const { part, lengthMs } = found.obligation;
    return {
      start: at,
      end: at + lengthMs,
      plannedMs: lengthMs,
      offsetMs: 0,
      noticeId: part.noticeId,
      takeoverId: null,
      why: { kind: 'obligation', id: part.obligationId },
    };
  }

  #isDue(
    timeline: Timeline,
    obligation: WovenObligation,
    plays: readonly Play[],
    last: number,
    at: number,
    takeovers: readonly Takeover[],
  ): boolean {
    const hour = hourOf(obligation, at);
    if (at < last + periodOf(obligation) / 3 || !hasRoom(timeline, obligation, at, takeovers)) return false;
    const done = plays.filter((play) => play.start >= hour && play.start < at && isDone(play, obligation));
    return done.length < this.#wanted(timeline, obligation, hour, at);
  }

  /** Whether it would leave too little of an item here, and more at the end of another that comes soon. */
  #isBetterSoon(timeline: Timeline, obligation: WovenObligation, at: number, takeovers: readonly Takeover[]): boolean {
    return (
      !leavesEnough(timeline, at + obligation.lengthMs) &&
      timeline
        .slots(takeovers, at, at + patienceMs)
        .some(
          ({ end, why }) =>
            why.kind !== 'obligation' &&
            leavesEnough(timeline, end + obligation.lengthMs) &&
            hourOf(obligation, end) === hourOf(obligation, at) &&
            hasRoom(timeline, obligation, end, takeovers),
        )
    );
  }

  /** How many whole plays the timeline has had since the hour began; counted on from where it was asked last. */
  #wanted(timeline: Timeline, obligation: WovenObligation, hour: number, at: number): number {
    const before = this.#counted.get(obligation);
    const came = Math.min(at, this.#since.get(obligation.part.obligationId) ?? -Infinity);
    const from = before?.hour === hour && before.to <= at ? before : { hour, to: Math.max(hour, came), count: 0 };
    const fresh = this.#slotsSince(timeline, from === before ? before.to : at - hourMs, at).filter(
      (slot) => isOf(slot, obligation) && slot.start >= from.to && slot.end - slot.start === slot.plannedMs,
    );
    const count = from.count + fresh.length;
    this.#counted.set(obligation, { hour, to: at, count });
    // What has just come is shown once before it falls due; where it falls due first, that is the once.
    return came > hour ? Math.max(1, count) : count;
  }

  #slotsSince(timeline: Timeline, from: number, at: number): readonly Slot[] {
    if (this.#past.to !== at) this.#past = { to: at, since: new Map() };
    const slots = this.#past.since.get(from) ?? timeline.slots([], from, at);
    this.#past.since.set(from, slots);
    return slots;
  }

  /** What goes on until the next has painted is as good as over. */
  #playsOf({ part }: WovenObligation, openPlay: PlayBody | null): readonly Play[] {
    const over = this.#plays.get(part.obligationId) ?? [];
    return openPlay?.why.id === part.obligationId ? [...over, { ...openPlay, outcome: 'failed' }] : over;
  }
}

const periodOf = ({ times }: WovenObligation): number => hourMs / times;

/** Whether a play that begins at an instant covers nothing that it must not, and ends within its hour and well before its next. */
function hasRoom(timeline: Timeline, obligation: WovenObligation, at: number, takeovers: readonly Takeover[]): boolean {
  const end = at + obligation.lengthMs;
  return (
    end <= hourOf(obligation, at) + hourMs &&
    timeline.isOpen(obligation, at, end) &&
    timeline.slots(takeovers, at, end).every(({ why }) => why.kind !== 'obligation' && why.kind !== 'takeover') &&
    !timeline.slots([], end, end + periodOf(obligation) / 8).some((slot) => isOf(slot, obligation))
  );
}

/** Whether of the item that then comes back half is left to be seen, or all of it. */
function leavesEnough(timeline: Timeline, at: number): boolean {
  const { end, plannedMs } = timeline.slotAt([], at);
  return end - at >= plannedMs / 2;
}

const isOf = ({ why }: Slot, { part }: WovenObligation): boolean =>
  why.kind === 'obligation' && why.id === part.obligationId;

/** Showing again what cannot be shown would show nothing. */
function isDone({ paintedMs, outcome }: Play, { lengthMs }: WovenObligation): boolean {
  return outcome === 'failed' || (outcome !== 'dark' && paintedMs >= enough * lengthMs);
}
