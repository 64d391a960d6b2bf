/** What belongs on the glass at an instant: a slot of the timeline with the scene that shows it. */
import type { Scene } from '../protocol/bridge.ts';
import type { Programme } from '../protocol/programme.ts';
import type { Takeover } from '../protocol/takeover.ts';
import { Suspensions } from '../schedule/suspensions.ts';
import { takeoverPhases, takeoverSlot, takeoverTurn, type TakeoverPhase } from '../schedule/takeover-phases.ts';
import { createTimeline, type Timeline } from '../schedule/timeline.ts';
import type { Slot } from '../schedule/types.ts';

/** An item comes to its end before another programme that would have something else on for no more than this of it, ms. */
const longestEndMs = 20_000;
/** And only if that shows it again within this, ms: what was taken out of the lists goes at once. */
const againMs = 3_600_000;
/** A rest of the same item that comes after that is not begun for so little: the item stays for it, ms. */
const shortRestMs = 5_000;

/** A scene with the slot it fills; an overlay fills none. */
export interface Target {
  /** Equal keys are the same thing on the glass: nothing needs to be shown anew. */
  readonly key: string;
  readonly scene: Scene;
  readonly slot: Slot | null;
  /** SHA-256 of the notice's part; null for what is no notice. */
  readonly noticeHash: string | null;
  /** Programme that the slot came from. */
  readonly programme: Programme | null;
}

/** A board's plan: its programme, where it has one, under its takeovers. */
export class Plan {
  readonly programme: Programme | null;
  readonly takeovers: readonly Takeover[];
  readonly #timeline: Timeline | null;
  readonly #phases: readonly TakeoverPhase[];
  readonly #madeUp: Slot | null;
  /** Of the programme before: on the glass until its end, as if it stood in this one. */
  #ending: Slot | null = null;
  /** What the plan before let end. */
  readonly #endedBefore: Slot | null;

  /** Takes the timeline over from `before` when the programme is the same object. */
  constructor(
    programme: Programme | null,
    takeovers: readonly Takeover[],
    before: Plan | null,
    madeUp: Slot | null = null,
  ) {
    this.#endedBefore = before ? before.#ending : null;
    this.programme = programme;
    this.takeovers = takeovers;
    this.#madeUp = madeUp;
    this.#phases = takeoverPhases(takeovers);
    if (before && before.programme === programme) this.#end(before.#ending);
    if (programme === null) this.#timeline = null;
    else this.#timeline = before?.programme === programme ? before.#timeline : createTimeline(programme);
  }

  /** Lets what is on the glass come to its end, if it is here unchanged, would be shown again before long, and keeps nothing else away for long. */
  letEnd({ slot: shown, noticeHash }: Target, now: number): void {
    // It may be staying already, past the end that it was shown with.
    const slot = this.#endedBefore?.start === shown?.start ? this.#endedBefore : shown;
    if (slot?.noticeId == null || now >= slot.end) return;
    const here = this.#timeline?.slotAt([], now);
    const onHere = here?.noticeId === slot.noticeId && here.why.id === slot.why.id ? here.end : now;
    if (slot.end - onHere > longestEndMs) return;
    const isHere = this.programme?.noticeHashes.get(slot.noticeId) === noticeHash;
    if (!isHere || !this.#isFree(slot.noticeId, now, slot.end) || !this.#shows(slot.noticeId, now)) return;
    const rest = onHere - slot.end;
    this.#end(rest > 0 && rest <= shortRestMs ? { ...slot, end: onHere } : slot);
  }

  /** The clock is another one: the former programme's item stood by the one before. */
  endNow(): void {
    this.#ending = null;
  }

  /** Whether no suspension holds the notice in any part of [start, end). */
  #isFree(noticeId: string, start: number, end: number): boolean {
    const [rest] = new Suspensions(this.programme ?? {}).rest(noticeId, { start, end });
    return rest?.start === start && rest.end === end;
  }

  /** An alert waits for nothing. */
  #end(slot: Slot | null): void {
    this.#ending = this.takeovers.length === 0 ? slot : null;
  }

  #shows(noticeId: string, now: number): boolean {
    for (const slot of this.#timeline?.slotsFrom([], now) ?? []) {
      if (slot.noticeId === noticeId) return true;
      if (slot.end > now + againMs) return false;
    }
    return false;
  }

  /** null: no takeover and no programme. */
  slotAt(instant: number): Slot | null {
    if (this.#ending && this.#ending.start <= instant && instant < this.#ending.end) return this.#ending;
    if (this.#timeline) return this.#timeline.slotAt(this.takeovers, instant, this.#madeUp);
    const phase = this.#phaseAt(instant);
    return phase ? takeoverSlot(phase, instant) : null;
  }

  #phaseAt(instant: number): TakeoverPhase | undefined {
    return this.#phases.find((p) => p.start <= instant && instant < p.end);
  }

  /** When a takeover comes or goes next; Infinity for never. */
  nextTakeoverChange(after: number): number {
    return Math.min(
      Infinity,
      ...this.takeovers.flatMap((t) => [t.startsAt, t.expiresAt]).filter((instant) => instant > after),
    );
  }

  targetOf(slot: Slot): Target | null {
    const { programme } = this;
    if (slot.takeoverId !== null) {
      const takeover = this.takeovers.find((t) => t.takeoverId === slot.takeoverId)!;
      const turn = takeoverTurn(this.#phaseAt(slot.start)!, slot.start);
      return {
        key: `takeover ${slot.takeoverId} ${slot.start}`,
        scene: {
          kind: 'takeover',
          takeover,
          turn,
          after: programme && { fallback: programme.fallback, zone: programme.zone },
        },
        slot,
        noticeHash: null,
        programme,
      };
    }
    if (programme === null) return null;
    const notice = slot.noticeId === null ? undefined : programme.notices.get(slot.noticeId);
    if (!notice) return fallbackTarget(programme, slot);
    const noticeHash = programme.noticeHashes.get(notice.noticeId) ?? null;
    return {
      key: `notice ${slot.start} ${slot.plannedMs} ${notice.noticeId} ${noticeHash} ${slot.why.kind} ${slot.why.id}`,
      scene: { kind: 'notice', notice, board: { unitName: programme.fallback.unitName, zone: programme.zone } },
      slot,
      noticeHash,
      programme,
    };
  }
}

/** The fallback in the place of `slot`: what plays is then the fallback, and its record says so. */
export function fallbackTarget(programme: Programme, slot: Slot): Target {
  const { fallback, zone } = programme;
  return {
    key: `fallback ${slot.start} ${JSON.stringify(fallback)} ${zone}`,
    scene: { kind: 'fallback', fallback, zone },
    slot: { ...slot, noticeId: null, takeoverId: null, why: { kind: 'fallback', id: null } },
    noticeHash: null,
    programme,
  };
}

export function overlayTarget(scene: Scene): Target {
  return { key: `overlay ${JSON.stringify(scene)}`, scene, slot: null, noticeHash: null, programme: null };
}

/** How far into its length a target is at `now`, ms. */
export function offsetOf(target: Target, now: number): number {
  return target.slot === null ? 0 : target.slot.offsetMs + Math.max(0, now - target.slot.start);
}

/** For fault records. */
export function nameOf(target: Target): string {
  const { scene } = target;
  if (scene.kind === 'notice') return `notice ${scene.notice.noticeId}`;
  return scene.kind === 'takeover' ? `takeover ${scene.takeover.takeoverId}` : scene.kind;
}
