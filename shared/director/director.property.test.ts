import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FakeStage, quick, type Answer } from '../../test/lib/fake-stage.ts';
import { anyProgramme, instant, takeoverOf } from '../../test/lib/programmes.ts';
import type { Scene, StageCommand } from '../protocol/bridge.ts';
import type { PlayBody } from '../protocol/journal.ts';
import type { Programme } from '../protocol/programme.ts';
import type { Takeover } from '../protocol/takeover.ts';

const overlay: Scene = { kind: 'testPattern', label: 'A' };

type Step =
  | { do: 'run'; ms: number }
  | { do: 'plan'; programme: number }
  | { do: 'takeover'; ms: number; level: number }
  | { do: 'allClear' }
  | { do: 'overlay'; on: boolean }
  | { do: 'screen'; on: boolean | null }
  | { do: 'lose' }
  | { do: 'ready' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('run' as const), ms: fc.integer({ min: 1, max: 60_000 }) }) },
  fc.record({ do: fc.constant('plan' as const), programme: fc.integer({ min: 0, max: 2 }) }),
  fc.record({
    do: fc.constant('takeover' as const),
    ms: fc.integer({ min: 1, max: 60_000 }),
    level: fc.integer({ min: 1, max: 2 }),
  }),
  fc.record({ do: fc.constant('allClear' as const) }),
  fc.record({ do: fc.constant('overlay' as const), on: fc.boolean() }),
  fc.record({ do: fc.constant('screen' as const), on: fc.constantFrom(true, false, null) }),
  fc.record({ do: fc.constant('lose' as const) }),
  fc.record({ do: fc.constant('ready' as const) }),
);

interface Situation {
  readonly programmes: readonly Programme[];
  readonly from: number;
  readonly steps: readonly Step[];
}

const situation: fc.Arbitrary<Situation> = fc.record({
  programmes: fc.array(anyProgramme, { minLength: 3, maxLength: 3 }),
  from: instant,
  steps: fc.array(step, { maxLength: 30 }),
});

/** Plays a situation; calls `check` whenever time has passed. */
function play(
  { programmes, from, steps }: Situation,
  answer: (command: StageCommand) => Answer,
  check: (stage: FakeStage, takeovers: readonly Takeover[]) => void,
): FakeStage {
  const stage = new FakeStage(from, { answer, director: { endsItems: true } });
  let programme = programmes[0]!;
  let takeovers: Takeover[] = [];
  let raised = 0;
  const plan = (): void => stage.send({ type: 'plan', programme, takeovers });
  plan();
  stage.ready();
  let ready = true;
  for (const s of steps) {
    if (s.do === 'run') stage.runFor(s.ms);
    else if (s.do === 'plan') programme = programmes[s.programme]!;
    else if (s.do === 'takeover')
      takeovers = [
        ...takeovers,
        takeoverOf(++raised, { startsAt: stage.now, expiresAt: stage.now + s.ms, level: s.level }),
      ];
    else if (s.do === 'allClear') takeovers = takeovers.slice(1);
    else if (s.do === 'overlay') stage.send({ type: 'overlay', scene: s.on ? overlay : null });
    else if (s.do === 'screen') stage.send({ type: 'screen', on: s.on });
    else if (s.do === 'lose') stage.lose();
    else stage.ready();
    if (s.do === 'lose' || s.do === 'ready') ready = s.do === 'ready';
    if (['plan', 'takeover', 'allClear'].includes(s.do)) plan();
    if (ready) check(stage, takeovers);
  }
  stage.lose();
  return stage;
}

/** Answers after up to 3 s, and sometimes with a failure. */
const moody = (seed: readonly number[]): ((command: StageCommand) => Answer) => {
  let i = 0;
  return (command) => {
    const n = seed[i++ % seed.length]!;
    const answer = quick(command);
    if (!answer) return null;
    if (n % 7 === 0 && 'sceneId' in command) {
      return { after: n, event: { type: 'failed', sceneId: command.sceneId, code: 'layout_failed', detail: 'moody' } };
    }
    // Nothing paints before it was told to.
    return {
      after: n,
      event: answer.event.type === 'painted' ? { ...answer.event, agoMs: Math.min(4, n) } : answer.event,
    };
  };
};

test('whatever happens, plays never overlap, and every painted scene but an overlay is exactly one play', () => {
  fc.assert(
    fc.property(
      situation,
      fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 20 }),
      (what, seed) => {
        const stage = play(what, moody(seed), () => undefined);
        const painted = stage.painted.filter(({ scene }) => scene.kind !== 'testPattern');
        const isPainted = ({ start }: PlayBody): boolean => painted.some(({ at }) => at === start);
        const begun = (all: readonly PlayBody[], i: number): boolean =>
          isPainted(all[i]!) && all.slice(0, i).every(({ start }) => start !== all[i]!.start);
        const plays = stage.plays.filter((_, i, all) => begun(all, i));
        expect(plays).toHaveLength(painted.length);
        // Every other one could not be shown at all, or goes on in the light where one in the dark ended.
        for (const [i, p] of stage.plays.entries()) {
          if (begun(stage.plays, i) || (p.outcome === 'failed' && p.paintedMs === 0)) continue;
          const goesOn = (one: PlayBody): boolean =>
            one.outcome === 'dark' &&
            one.start + one.paintedMs === p.start &&
            one.noticeId === p.noticeId &&
            one.takeoverId === p.takeoverId;
          expect(stage.plays.slice(0, i).some(goesOn)).toBe(true);
        }
        plays.forEach((p, i) => {
          expect(p.start).toBe(painted[i]!.at);
          const { scene } = painted[i]!;
          expect(p.noticeId).toBe(scene.kind === 'notice' ? scene.notice.noticeId : null);
          expect(p.takeoverId).toBe(scene.kind === 'takeover' ? scene.takeover.takeoverId : null);
          if (i > 0) expect(p.start).toBeGreaterThanOrEqual(plays[i - 1]!.start + plays[i - 1]!.paintedMs);
        });
        const shown = stage.records.flatMap(({ body }) => (body.type === 'takeoverShown' ? [body.takeoverId] : []));
        expect(new Set(shown).size).toBe(shown.length);
        // One that is only ever on in the dark is shown to nobody.
        const on = stage.plays.filter((p) => p.takeoverId !== null);
        for (const id of shown) expect(on.some((p) => p.takeoverId === id)).toBe(true);
        for (const p of on) if (!['dark', 'failed'].includes(p.outcome)) expect(shown).toContain(p.takeoverId);
        const ended = stage.records.flatMap(({ body }) => (body.type === 'takeoverEnded' ? [body.takeoverId] : []));
        expect(new Set(ended).size).toBe(ended.length);
      },
    ),
    { numRuns: 200 },
  );
});

test('a takeover is on the glass within 200 ms of a stage that answers at once, whatever was there', () => {
  fc.assert(
    fc.property(situation, (what) => {
      play(what, quick, (stage, takeovers) => {
        const standing = takeovers.filter((t) => t.expiresAt > stage.now + 200);
        if (standing.length === 0) return;
        stage.runFor(200);
        const level = Math.max(...standing.map((t) => t.content.level));
        const front = stage.painted.at(-1)!.scene;
        expect(front.kind).toBe('takeover');
        expect(front.kind === 'takeover' && front.takeover.content.level).toBe(level);
      });
    }),
    { numRuns: 200 },
  );
});

test('with a stage that answers at once, what is on the glass is what the timeline says', () => {
  fc.assert(
    fc.property(situation, (what) => {
      play(
        {
          ...what,
          steps: what.steps.filter(
            (s) => s.do === 'run' || s.do === 'plan' || s.do === 'takeover' || s.do === 'allClear',
          ),
        },
        quick,
        (stage) => {
          stage.runFor(200);
          const { now: slot } = stage.output;
          if (!slot || stage.now - slot.start < 200 || slot.end - stage.now < 1_000) return;
          const { scene } = stage.painted.at(-1)!;
          expect(scene.kind === 'notice' ? scene.notice.noticeId : null).toBe(slot.noticeId);
          expect(scene.kind === 'takeover' ? scene.takeover.takeoverId : null).toBe(slot.takeoverId);
        },
      );
    }),
    { numRuns: 100 },
  );
});
