/**
 * The director: prepares the next scene ahead, shows it at its slot's start, and writes down what was really painted.
 *
 * - A slot's scene is prepared at most `aheadMs` before its start, and anew whenever the plan changes; a takeover at once.
 * - A late scene begins where it would have been and is cut at its slot's end: lateness never adds up. What is on the glass
 *   stays until the next scene has painted, so nothing ever leaves it black.
 * - A new programme that shows the item on the glass too lets it come to its end, if that is near (`endsItems`).
 * - A slot with less than `minShowMs` left is not begun (unless the glass is empty): no flashes.
 * - What follows a failure is in the table of faults. Passed by, a scene gives way to the fallback for the rest of its slot; the
 *   notice is tried again in its next slot, a takeover (and the fallback itself) after a few seconds, more and more of them.
 *   A video that stops on the glass is begun anew from where its slot is, then the stage, then the window.
 * - A scene that was asked for in time and not ready by its slot's end is skipped with the fault `scene_late`. One that the
 *   stage says nothing of for `answerMs` counts as failed: an alert's slot may last for hours.
 */
import { Ladder } from '../faults/ladder.ts';
import { faults, withAction } from '../faults/table.ts';
import type { StageCommand, StageEvent } from '../protocol/bridge.ts';
import type { JournalBody } from '../protocol/journal.ts';
import { assetsOf } from '../protocol/programme.ts';
import type { Slot } from '../schedule/types.ts';
import { OpenPlay, playBody } from './open-play.ts';
import { TakeoverLog } from './takeover-log.ts';
import { fallbackTarget, nameOf, offsetOf, overlayTarget, Plan, type Target } from './targets.ts';
import type { Director, DirectorInput, DirectorOptions, DirectorOutput } from './types.ts';

const aheadMs = 10_000;
const minShowMs = 1_000;
const answerMs = faults.scene_late.afterMs;
/** The stage says `alive` once a second: a lost one is believed to have painted for no longer than this after its last word. */
const aliveMs = 1_000;
/** A clock that runs back by less than this stands still instead. */
const slackMs = 1_000;
/** Ticks at least this often, so that a wrong guess never lasts. */
const longestSleepMs = 60_000;

/** Generation of a scene that failed on the glass: it is the same as nothing. */
const failed = -1;
/** A notice's next slot is its wait. */
const passBy = { action: 'passBy', waitMs: 0 } as const;

type SceneFault = Extract<StageEvent, { type: 'failed' }>['code'] | 'scene_late';

interface StagedScene {
  readonly sceneId: string;
  readonly target: Target;
  /** Grows with every seek: what was staged before it no longer counts as the same. */
  readonly generation: number;
}

interface PendingScene extends StagedScene {
  readonly askedAt: number;
  prepared: boolean;
}

export function createDirector(options: DirectorOptions): Director {
  return new StageDirector(options);
}

class StageDirector implements Director {
  readonly #options: DirectorOptions;
  readonly #takeovers: TakeoverLog;
  #plan = new Plan(null, [], null);
  #overlay: Target | null = null;
  #stageReady = false;
  #screenOff = false;
  /** On the glass, as far as the stage has said; null: nothing. */
  #front: StagedScene | null = null;
  #play: OpenPlay | null = null;
  /** Told to show, first frame not yet reported. */
  #showing: StagedScene[] = [];
  #pending: PendingScene | null = null;
  /** Keys of targets that failed: not tried before `until`. */
  readonly #failed = new Map<string, { until: number; ladder: Ladder }>();
  /** Stalls, of whatever video: what is wrong may be the decoder. */
  readonly #stalls = new Ladder(faults.decode_stalled);
  /** Failed before they were painted, to be recorded when their slot comes. */
  #unpainted: Target[] = [];
  #generation = 0;
  #scenes = 0;
  #lastNow = -Infinity;
  #lastWord = -Infinity;
  /** No play begins before this: when the last one ended. */
  #lastEnd = -Infinity;
  #commands: StageCommand[] = [];
  #records: JournalBody[] = [];
  #newWindow = false;
  #suspects: string[] = [];

  constructor(options: DirectorOptions) {
    this.#options = options;
    this.#takeovers = new TakeoverLog(options.takeoversShown ?? []);
  }

  handle(input: DirectorInput, trustedNow: number): DirectorOutput {
    let now = Math.floor(trustedNow);
    this.#commands = [];
    this.#records = [];
    this.#newWindow = false;
    this.#suspects = [];
    // Trusted time may run back a little when it is sampled anew; that is no reason to show anything again.
    if (input.type !== 'seek' && now < this.#lastNow && now > this.#lastNow - slackMs) now = this.#lastNow;
    if (input.type === 'seek' || now < this.#lastNow) this.#stepClock(now);
    this.#lastNow = now;
    this.#take(input, now);
    this.#endAlerts(this.#takeovers.expired(now), now);
    const slot = this.#plan.slotAt(now);
    const next = slot && this.#plan.slotAt(slot.end);
    if (this.#stageReady) this.#direct(slot, now);
    return {
      commands: this.#commands,
      records: this.#records,
      // A crash now must not count what a frozen stage no longer painted.
      openPlay: this.#play?.body(Math.min(now, this.#lastWord + aliveMs), null) ?? null,
      now: slot,
      next,
      wakeAt: this.#wakeAt(slot, now),
      newWindow: this.#newWindow,
      suspects: this.#suspects,
    };
  }

  #take(input: DirectorInput, now: number): void {
    switch (input.type) {
      case 'plan': {
        const before = this.#plan;
        this.#plan = new Plan(input.programme, input.takeovers, before, input.madeUp);
        const isNew = before.programme !== input.programme;
        if (isNew && this.#options.endsItems && this.#front?.generation === this.#generation)
          this.#plan.letEnd(this.#front.target, now);
        this.#endAlerts(this.#takeovers.changed(input.takeovers, now), now);
        return;
      }
      case 'overlay':
        this.#overlay = input.scene && overlayTarget(input.scene);
        return;
      case 'stage':
        return this.#hear(input.event, now);
      case 'stageLost':
        this.#endPlay(Math.min(now, this.#lastWord + aliveMs), 'interrupted');
        this.#forgetStage();
        this.#stageReady = false;
        return;
      case 'screen':
        this.#screenOff = input.on === false;
        if (this.#screenOff) this.#play?.darken(now);
        else if (this.#play?.dark) this.#lightUp(now);
        return;
      case 'seek':
      case 'tick':
        return;
    }
  }

  #hear(event: StageEvent, now: number): void {
    if (event.type === 'ready') {
      this.#endPlay(Math.min(now, this.#lastWord + aliveMs), 'interrupted');
      this.#forgetStage();
      this.#stageReady = true;
    } else if (event.type === 'prepared') {
      if (this.#pending?.sceneId === event.sceneId) this.#pending.prepared = true;
    } else if (event.type === 'painted') {
      this.#painted(event.sceneId, Math.max(Math.floor(now - event.agoMs), this.#lastEnd));
    } else if (event.type === 'failed') {
      this.#sceneFailed(event.sceneId, event.code, event.detail, now);
    }
    this.#lastWord = now;
  }

  #painted(sceneId: string, at: number): void {
    const index = this.#showing.findIndex((scene) => scene.sceneId === sceneId);
    if (index < 0) return;
    const scene = this.#showing[index]!;
    this.#showing = this.#showing.slice(index + 1);
    this.#endPlay(at, null);
    this.#front = scene;
    this.#beginPlay(scene.target, at);
  }

  /** An alert is shown once somebody can see it. */
  #beginPlay(target: Target, at: number): void {
    const takeoverId = target.slot?.takeoverId ?? null;
    const shown = takeoverId === null || this.#screenOff ? [] : this.#takeovers.painted(takeoverId);
    this.#play = OpenPlay.of(target, this.#options.host, at, this.#screenOff);
    if (shown.length > 0) this.#play?.beginsAlert();
    this.#lastEnd = at;
    this.#records.push(...shown);
  }

  /** What was on in the dark is seen from now on. */
  #lightUp(now: number): void {
    this.#endPlay(now, null);
    if (this.#front && this.#front.generation !== failed) this.#beginPlay(this.#front.target, now);
  }

  /** What the journal calls the end of an alert is the end of its play: it was on for as long as it stood. */
  #endAlerts(records: readonly JournalBody[], now: number): void {
    for (const record of records) if (record.type === 'takeoverEnded') this.#play?.alertEnded(record.takeoverId, now);
    this.#records.push(...records);
  }

  #sceneFailed(sceneId: string, code: SceneFault, detail: string, now: number): void {
    const scene = [this.#pending, ...this.#showing, this.#front].find((s) => s?.sceneId === sceneId);
    // What has failed on the glass is heard of until something else is there.
    if (!scene || scene.generation === failed) return;
    const { target } = scene;
    const first = !this.#failed.has(target.key);
    const onGlass = scene === this.#front;
    const step = (code === 'decode_stalled' && this.#stalls.climb(now)) || passBy;
    const again = onGlass && step.action === 'remakeLayer';
    if (!again) this.#passBy(target, code, now);
    // Behind the glass there is no layer to make anew yet: it is, the next time.
    const action = step.action === 'remakeLayer' && !again ? passBy : step;
    if (action.action === 'reloadStage') this.#commands.push({ type: 'reload' });
    if (action.action === 'newWindow') this.#newWindow = true;
    if (target.scene.kind === 'notice' && faults[code].always.some((done) => done === 'checkAsset'))
      this.#suspects.push(...assetsOf(target.scene.notice.content));
    this.#records.push({ type: 'faultRaised', code, detail: withAction(`${nameOf(target)}: ${detail}`, action) });
    if (onGlass) {
      this.#endPlay(now, 'failed');
      // Its last frame is still on the glass, but it counts as nothing there.
      this.#front = { ...scene, generation: failed };
      return;
    }
    if (scene === this.#pending) this.#pending = null;
    this.#showing = this.#showing.filter((s) => s !== scene);
    if (first && (target.scene.kind === 'notice' || target.scene.kind === 'takeover')) this.#unpainted.push(target);
  }

  #passBy(target: Target, code: SceneFault, now: number): void {
    const row = code === 'decode_stalled' ? faults.scene_late : faults[code];
    const ladder = this.#failed.get(target.key)?.ladder ?? new Ladder(row);
    const retryAt = now + (ladder.climb(now) ?? passBy).waitMs;
    this.#failed.set(target.key, { until: target.scene.kind === 'notice' ? target.slot!.end : retryAt, ladder });
  }

  #endPlay(at: number, ending: 'failed' | 'interrupted' | null): void {
    if (!this.#play) return;
    const end = Math.max(at, this.#lastEnd);
    this.#records.push(this.#play.body(end, ending));
    this.#play = null;
    this.#lastEnd = end;
  }

  #forgetStage(): void {
    this.#front = null;
    this.#showing = [];
    this.#pending = null;
  }

  #stepClock(now: number): void {
    this.#play?.stepClock(this.#lastNow, now);
    this.#plan.endNow();
    this.#generation++;
    this.#failed.clear();
    this.#stalls.reset();
    this.#lastEnd = now;
    if (this.#lastWord > -Infinity) this.#lastWord += now - this.#lastNow;
  }

  /** Tells the stage what follows from the present state. */
  #direct(slot: Slot | null, now: number): void {
    this.#recordLate(now);
    this.#giveUpWaiting(now);
    this.#recordUnpainted(slot, now);
    for (const [key, failure] of this.#failed)
      if (failure.until <= now - faults.scene_late.anewMs) this.#failed.delete(key);
    const target = this.#targetFor(slot, now);
    const next = this.#nextTarget(slot, now);
    const pending = this.#pending;
    if (pending && !this.#is(pending, target) && !this.#is(pending, next)) this.#pending = null;
    if (target && !this.#is(this.#showing.at(-1) ?? this.#front, target) && !this.#tooShort(target, now)) {
      if (!this.#is(this.#pending, target)) this.#prepare(target, now);
      else if (this.#pending!.prepared) this.#show(this.#pending!, now);
      return;
    }
    if (next && this.#showing.length === 0 && !this.#is(this.#pending, next) && next.slot!.start - now <= aheadMs)
      this.#prepare(next, now);
  }

  #targetFor(slot: Slot | null, now: number): Target | null {
    if (this.#overlay && (slot === null || slot.takeoverId === null)) return this.#unlessFailed(this.#overlay, now);
    if (slot === null) return null;
    const target = this.#plan.targetOf(slot);
    const playable = target && this.#unlessFailed(target, now);
    if (playable) return playable;
    return this.#plan.programme && this.#unlessFailed(fallbackTarget(this.#plan.programme, slot), now);
  }

  /** What to prepare ahead: the first slot after this one that will be begun. Under an overlay only a takeover. */
  #nextTarget(slot: Slot | null, now: number): Target | null {
    let next = slot && this.#plan.slotAt(slot.end);
    while (next && next.takeoverId === null && next.end - next.start < minShowMs) next = this.#plan.slotAt(next.end);
    if (!next || (this.#overlay && next.takeoverId === null)) return null;
    const target = this.#plan.targetOf(next);
    return target && this.#unlessFailed(target, now);
  }

  #unlessFailed(target: Target, now: number): Target | null {
    return (this.#failed.get(target.key)?.until ?? -Infinity) > now ? null : target;
  }

  #is(scene: StagedScene | null, target: Target | null): boolean {
    return (
      scene !== null && target !== null && scene.generation === this.#generation && scene.target.key === target.key
    );
  }

  #tooShort(target: Target, now: number): boolean {
    return (
      this.#front !== null &&
      target.slot !== null &&
      target.slot.takeoverId === null &&
      target.slot.end - now < minShowMs
    );
  }

  #prepare(target: Target, now: number): void {
    const sceneId = `${++this.#scenes}-${target.slot?.start ?? 0}`;
    this.#pending = { sceneId, target, generation: this.#generation, askedAt: now, prepared: false };
    this.#commands.push({
      type: 'prepare',
      sceneId,
      scene: target.scene,
      durationMs: target.slot?.plannedMs ?? 0,
      offsetMs: offsetOf(target, now),
      nowMs: now,
      paused: this.#options.paused ?? false,
    });
  }

  #show(scene: PendingScene, now: number): void {
    this.#commands.push({ type: 'show', sceneId: scene.sceneId, offsetMs: offsetOf(scene.target, now) });
    this.#showing.push(scene);
    this.#pending = null;
  }

  #recordLate(now: number): void {
    const pending = this.#pending;
    const slot = pending?.target.slot;
    const tooLate = slot && slot.end - (this.#front && slot.takeoverId === null ? minShowMs : 0);
    if (!tooLate || pending.prepared || pending.askedAt > slot.start || tooLate > now) return;
    this.#records.push({ type: 'faultRaised', code: 'scene_late', detail: withAction(nameOf(pending.target), passBy) });
    this.#pending = null;
  }

  #giveUpWaiting(now: number): void {
    const pending = this.#pending;
    if (pending && !pending.prepared && now - pending.askedAt >= answerMs)
      this.#sceneFailed(pending.sceneId, 'scene_late', 'the stage does not answer', now);
  }

  #recordUnpainted(slot: Slot | null, now: number): void {
    const current = slot && this.#plan.targetOf(slot)?.key;
    for (const target of this.#unpainted) {
      if (target.key === current) this.#records.push(playBody(target, this.#options.host, now, 0, 'failed'));
    }
    this.#unpainted = this.#unpainted.filter((target) => target.key !== current && target.slot!.end > now);
  }

  #wakeAt(slot: Slot | null, now: number): number {
    const times = [now + longestSleepMs, this.#plan.nextTakeoverChange(now)];
    if (slot) times.push(slot.end, slot.end - aheadMs);
    if (this.#pending) times.push(this.#pending.askedAt + answerMs);
    for (const { until } of this.#failed.values()) times.push(until);
    return Math.min(...times.filter((time) => time > now));
  }
}
