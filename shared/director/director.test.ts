import { describe, expect, test } from 'vitest';
import { FakeStage, nameOf, quick, type Answer } from '../../test/lib/fake-stage.ts';
import { noticeOf, playlistOf, programmeOf, takeoverOf, testId } from '../../test/lib/programmes.ts';
import type { Scene, StageCommand } from '../protocol/bridge.ts';
import type { Part, Programme } from '../protocol/programme.ts';
import type { Takeover } from '../protocol/takeover.ts';

const eight = Date.parse('2026-03-03T08:00:00+07:00');
const zone = 'Asia/Ho_Chi_Minh';
/** Tin 1 of 10 s and Tin 2 of 20 s in turn; 08:00 begins a round. */
const parts: Part[] = [noticeOf(1, 10_000), noticeOf(2, 20_000), playlistOf(1, [1, 2])];
const programme = programmeOf(zone, testId(2, 1), parts);

function playing(
  at = eight,
  options: ConstructorParameters<typeof FakeStage>[1] = {},
  what: Programme | null = programme,
  takeovers: Takeover[] = [],
): FakeStage {
  const stage = new FakeStage(at, options);
  stage.send({ type: 'plan', programme: what, takeovers });
  stage.ready();
  return stage;
}

/** Like a quick stage, except for scenes of a name. */
const failing = (name: string, when: 'prepare' | 'show', times = Infinity): ((command: StageCommand) => Answer) => {
  const failed = new Set<string>();
  let left = times;
  return (command) => {
    if (command.type === 'prepare' && nameOf(command.scene) === name && left-- > 0) failed.add(command.sceneId);
    if (command.type === when && failed.has(command.sceneId)) {
      return {
        after: 30,
        event: { type: 'failed', sceneId: command.sceneId, code: 'decode_stalled', detail: 'no frame' },
      };
    }
    return quick(command);
  };
};

describe('a new programme', () => {
  const endsItems = { director: { endsItems: true } };
  /** As `programme`, with a third notice before the others. */
  const more = programmeOf(zone, testId(2, 1), [...parts.slice(0, 2), noticeOf(3, 15_000), playlistOf(1, [3, 1, 2])]);
  const publish = (stage: FakeStage, next: Programme, takeovers: Takeover[] = []) =>
    stage.send({ type: 'plan', programme: next, takeovers });
  /** What the glass showed, and since when, from the publication at 08:00:05 on: Tin 1 has five seconds left. */
  const shownAfter = (stage: FakeStage): (string | number)[] => {
    stage.runUntil(eight + 20_500);
    return stage.plays.flatMap(({ start, noticeId, outcome }) => [noticeId!, start - eight, outcome]);
  };

  test('lets the item that is on come to its end, and is joined where it then is', () => {
    const stage = playing(eight, endsItems);
    stage.runUntil(eight + 5_000);
    publish(stage, more);
    // Whatever else changes meanwhile.
    publish(stage, more);
    expect(shownAfter(stage)).toEqual([testId(1, 1), 66, 'completed', testId(1, 3), 10_016, 'cut']);
    expect(stage.shown).toEqual(['Tin 1', 'Tin 3', 'Tin 1']);
    expect(stage.plays[0]!.programme).toEqual(programme.version);
  });

  test('is joined at once where nobody asked for that', () => {
    const stage = playing();
    stage.runUntil(eight + 5_000);
    publish(stage, more);
    expect(shownAfter(stage).slice(0, 3)).toEqual([testId(1, 1), 66, 'cut']);
  });

  /** The notice is, from and to after 08:00, ms. */
  const suspended = (from: number, to: number): Programme => ({
    ...more,
    suspensions: [{ from: eight + from, to: eight + to, noticeIds: [testId(1, 1)] }],
  });
  const without = [...parts.slice(0, 2), noticeOf(3, 15_000), playlistOf(1, [3, 2])];
  test.each([
    ['has been withdrawn', programmeOf(zone, testId(2, 1), without.slice(1))],
    ['was taken out of the list', programmeOf(zone, testId(2, 1), without)],
    ['has other words', { ...more, noticeHashes: new Map([[testId(1, 1), '1'.repeat(64)]]) }],
    ['gives way to a cut source', programmeOf(zone, null, parts)],
    ['is suspended, if only for a minute', suspended(5_000, 65_000)],
    ['is suspended before its end', suspended(8_000, 65_000)],
  ])('cuts an item that %s', (_, next) => {
    const stage = playing(eight, endsItems);
    stage.runUntil(eight + 5_000);
    publish(stage, next);
    stage.runUntil(eight + 6_000);
    expect(stage.plays).toMatchObject([{ noticeId: testId(1, 1), outcome: 'cut' }]);
  });

  test('is shown as everywhere when the time of the former one’s item comes anew after a step of the clock', () => {
    const stage = playing(eight, endsItems);
    stage.runUntil(eight + 5_000);
    publish(stage, more);
    stage.runUntil(eight + 6_000);
    stage.now = eight - 60_000;
    stage.send({ type: 'tick' });
    const before = stage.painted.length;
    stage.runUntil(eight + 16_000);
    expect(
      stage.painted
        .slice(before)
        .map(({ at }) => at - eight)
        .filter((at) => at >= -1_000),
    ).toEqual([16, 15_016]);
    expect(stage.output.now).toMatchObject({ noticeId: testId(1, 1), start: eight + 15_000 });
  });

  test('waits for no more than twenty seconds', () => {
    const long = [noticeOf(1, 60_000), noticeOf(2, 60_000)];
    for (const [left, outcome] of [
      [21_000, 'cut'],
      [19_000, 'completed'],
    ] as const) {
      const stage = playing(eight, endsItems, programmeOf(zone, testId(2, 1), [...long, playlistOf(1, [1, 2])]));
      stage.runUntil(eight + 60_000 - left);
      publish(stage, programmeOf(zone, testId(2, 1), [...long, playlistOf(1, [2, 1])]));
      stage.runUntil(eight + 60_500);
      expect(stage.plays[0]).toMatchObject({ noticeId: testId(1, 1), outcome });
    }
  });

  test('leaves the item that it shows too alone, at whatever place of it: it stays one play', () => {
    /** Tin 1 of 46 s, Tin 3 of 4 s, which entertains, and Tin 2 of 10 s: 08:00 begins a round. */
    const all = [noticeOf(1, 46_000), noticeOf(2, 10_000), noticeOf(3, 4_000), playlistOf(1, [1, 3, 2])];
    const plain = programmeOf(zone, testId(2, 1), all);
    const mourned = (noticeId: string): Programme => ({
      ...programmeOf(zone, testId(2, 1), all),
      suspensions: [{ from: eight + 56_700, to: eight + 3_600_000, noticeIds: [noticeId] }],
    });
    const stage = playing(eight + 50_000, endsItems, plain);
    stage.runUntil(eight + 56_700);
    // Its round begins anew: Tin 1, joined 3.3 s later when Tin 2 has ended.
    publish(stage, mourned(testId(1, 3)));
    stage.runUntil(eight + 64_000);
    // Lifted: the round of before, in which Tin 1 has just begun, 42 s before its end.
    publish(stage, { ...plain });
    // Another one in the seconds for which it stays: they are not shown anew.
    stage.runUntil(eight + 104_500);
    publish(stage, { ...plain });
    stage.runUntil(eight + 106_500);
    expect(stage.plays).toMatchObject([
      { noticeId: testId(1, 2), outcome: 'completed' },
      { noticeId: testId(1, 1), start: eight + 60_016, outcome: 'completed' },
    ]);
    expect(stage.shown).toEqual(['Tin 2', 'Tin 1', 'Tin 3']);
    // What is mourned for leaves at once, however well it stands in the lists.
    stage.runUntil(eight + 125_000);
    publish(stage, mourned(testId(1, 1)));
    stage.runUntil(eight + 126_000);
    expect(stage.plays.at(-1)).toMatchObject({ noticeId: testId(1, 1), outcome: 'cut' });
    expect(stage.output.now?.noticeId).not.toBe(testId(1, 1));
  });

  test('an alert waits for no item, before it or after', () => {
    const alert = takeoverOf(1, { startsAt: eight + 6_000, expiresAt: eight + 3_600_000 });
    const stage = playing(eight, endsItems);
    stage.runUntil(eight + 5_000);
    publish(stage, more);
    stage.runUntil(eight + 6_000);
    publish(stage, more, [alert]);
    stage.runUntil(eight + 6_500);
    expect(stage.plays).toMatchObject([{ noticeId: testId(1, 1), outcome: 'cut' }]);
    expect(stage.output.now).toMatchObject({ takeoverId: alert.takeoverId });
  });
});

describe('slots', () => {
  test('are prepared ahead, shown at their start, and each painted one becomes one play', () => {
    const stage = playing();
    stage.runUntil(eight + 60_500);
    expect(stage.shown).toEqual(['Tin 1', 'Tin 2', 'Tin 1', 'Tin 2', 'Tin 1']);
    const shows = stage.commands.filter(({ command }) => command.type === 'show').map(({ at }) => at - eight);
    expect(shows).toEqual([50, 10_000, 30_000, 40_000, 60_000]);
    const prepared = stage.commands.filter(({ command }) => command.type === 'prepare').map(({ at }) => at - eight);
    expect(prepared.slice(1, 4)).toEqual([70, 20_000, 30_020]);
    expect(stage.plays).toHaveLength(4);
    expect(stage.plays.map((play) => [play.start - eight, play.outcome])).toEqual([
      [66, 'completed'],
      [10_016, 'completed'],
      [30_016, 'completed'],
      [40_016, 'completed'],
    ]);
    expect(stage.plays[1]).toMatchObject({
      paintedMs: 20_000,
      noticeId: testId(1, 2),
      takeoverId: null,
      why: { kind: 'loop', id: testId(2, 1) },
      host: 'headless',
      programme: programme.version,
      asset: null,
    });
    expect(stage.output.openPlay).toMatchObject({ start: eight + 60_016, noticeId: testId(1, 1) });
    expect(stage.output.now).toMatchObject({ start: eight + 60_000 });
    expect(stage.output.next).toMatchObject({ start: eight + 70_000 });
  });

  test('begin in the middle after a start', () => {
    const stage = playing(eight + 17_000);
    stage.runFor(1_000);
    expect(stage.commands.map(({ command }) => ('offsetMs' in command ? command.offsetMs : 0))).toEqual([7_000, 7_050]);
    stage.runUntil(eight + 31_000);
    expect(stage.plays[0]).toMatchObject({ outcome: 'cut', noticeId: testId(1, 2) });
  });

  test('that come late are shown in the middle, end on time, and are skipped with a fault when it is too late', () => {
    const slow =
      (ms: number) =>
      (command: StageCommand): Answer => {
        const answer = quick(command);
        return answer && command.type === 'prepare' && nameOf(command.scene) === 'Tin 1' && command.offsetMs === 0
          ? { ...answer, after: ms }
          : answer;
      };
    const late = playing(eight + 10_000, { answer: slow(15_000) });
    late.runUntil(eight + 45_000);
    // Asked for at 08:00:20, ten seconds ahead; ready five seconds into its slot.
    expect(late.commands.find(({ at, command }) => command.type === 'show' && at > eight + 30_000)).toMatchObject({
      at: eight + 35_000,
      command: { offsetMs: 5_000 },
    });
    expect(late.painted.map(({ at }) => at - eight)).toEqual([10_066, 35_016, 40_016]);
    expect(late.plays.map((play) => play.outcome)).toEqual(['completed', 'cut']);

    const never = playing(eight + 10_000, { answer: slow(25_000) });
    never.runUntil(eight + 45_000);
    expect(never.shown).toEqual(['Tin 2', 'Tin 2']);
    expect(never.records.map(({ body }) => body)).toContainEqual({
      type: 'faultRaised',
      code: 'scene_late',
      detail: `notice ${testId(1, 1)} → passBy`,
    });
    // What was painted instead went on being painted, and is recorded as one play.
    expect(never.plays).toMatchObject([{ noticeId: testId(1, 2), outcome: 'completed', paintedMs: 29_950 }]);
  });

  test('of an alert: a stage that never answers is asked again, and again', () => {
    const asked: number[] = [];
    const alert = takeoverOf(1, { startsAt: eight + 15_000, expiresAt: eight + 6 * 3_600_000 });
    const stage = playing(eight, {
      answer: (command, now) => {
        if (command.type !== 'prepare' || command.scene.kind !== 'takeover') return quick(command);
        asked.push(now - eight);
        return asked.length <= 2 ? null : quick(command);
      },
    });
    stage.runUntil(eight + 15_000);
    stage.send({ type: 'plan', programme, takeovers: [alert] });
    stage.runUntil(eight + 180_000);
    expect(asked).toEqual([15_000, 60_000, 110_000]);
    expect(stage.shown.at(-1)).toBe('takeover 1');
    expect(stage.records.filter(({ body }) => body.type === 'faultRaised')).toHaveLength(2);
  });

  test('of less than a second are not begun', () => {
    const short = programmeOf(zone, testId(2, 1), [
      ...parts,
      playlistOf(2, [1]),
      {
        kind: 'entry',
        entryId: testId(3, 1),
        playlistId: testId(2, 2),
        priority: 1,
        cron: '1 8 * * *',
        durationMs: 70_300,
        validFrom: null,
        validTo: null,
      },
    ]);
    const stage = playing(eight + 115_000, {}, short);
    stage.runUntil(eight + 140_000);
    // The window ends 300 ms after an item of its own began at 08:02:10.
    expect(stage.painted.map(({ at, scene }) => [nameOf(scene), at - eight])).toEqual([
      ['Tin 1', 115_066],
      ['Tin 1', 120_016],
      ['Tin 1', 130_316],
    ]);
  });

  test('go on when the plan changes nothing, and change at once when it does', () => {
    const stage = playing();
    stage.runFor(3_000);
    stage.send({ type: 'plan', programme: programmeOf(zone, testId(2, 1), parts), takeovers: [] });
    stage.runFor(2_000);
    expect(stage.painted).toHaveLength(1);
    stage.send({
      type: 'plan',
      programme: programmeOf(zone, testId(2, 2), [...parts, playlistOf(2, [2])]),
      takeovers: [],
    });
    stage.runFor(100);
    expect(stage.shown).toEqual(['Tin 1', 'Tin 2']);
    expect(stage.plays).toMatchObject([{ outcome: 'cut', noticeId: testId(1, 1) }]);
  });

  test('without programme and overlay nothing is shown', () => {
    const stage = playing(eight, {}, null);
    stage.runFor(60_000);
    expect(stage.commands).toEqual([]);
    expect(stage.output).toMatchObject({ now: null, next: null, openPlay: null });
  });

  test('a programme without anything to play shows the fallback, and records it as such', () => {
    const stage = playing(eight, {}, programmeOf(zone, null, []));
    stage.runFor(1_000);
    expect(stage.painted[0]!.scene).toMatchObject({ kind: 'fallback', zone });
    expect(stage.output.openPlay).toMatchObject({ noticeId: null, why: { kind: 'fallback', id: null } });
  });
});

describe('failures', () => {
  test.each(['prepare', 'show'] as const)(
    'at %s give way to the fallback, and the notice is tried again next time',
    (when) => {
      const stage = playing(eight + 5_000, { answer: failing('Tin 2', when, 1) });
      stage.runUntil(eight + 41_000);
      expect(stage.shown).toEqual(['Tin 1', 'fallback', 'Tin 1', 'Tin 2']);
      expect(stage.plays.map((play) => [play.noticeId, play.why.kind, play.outcome])).toEqual([
        [testId(1, 2), 'loop', 'failed'],
        [testId(1, 1), 'loop', 'cut'],
        [null, 'fallback', 'completed'],
        [testId(1, 1), 'loop', 'completed'],
      ]);
      expect(stage.plays[0]).toMatchObject({ paintedMs: 0 });
      expect(stage.plays[0]!.start).toBeGreaterThanOrEqual(eight + 10_000);
      expect(stage.records[0]!.body).toEqual({
        type: 'faultRaised',
        code: 'decode_stalled',
        detail: `notice ${testId(1, 2)}: no frame → passBy`,
      });
    },
  );

  test('on the glass end the play as failed, with what was painted', () => {
    const stage = playing(eight + 10_000);
    stage.runFor(8_000);
    const sceneId = stage.painted[0]!.sceneId;
    stage.send({
      type: 'stage',
      event: { type: 'failed', sceneId, code: 'decode_stalled', detail: 'x'.repeat(400) + '😀'.repeat(50) },
    });
    stage.runFor(3_000);
    expect(stage.plays).toMatchObject([{ outcome: 'failed', start: eight + 10_066, paintedMs: 7_934 }]);
    // A new layer, from where the slot is; the frame that stands stays until it has painted.
    expect(stage.shown).toEqual(['Tin 2', 'Tin 2']);
    expect(stage.commands.findLast(({ command }) => command.type === 'show')?.command).toMatchObject({
      offsetMs: 8_050,
    });
  });

  test('of a decoder are met with a new layer, a new page, a new window, and then with patience', () => {
    const stage = playing(eight + 10_000);
    const windows: number[] = [];
    const stall = () => {
      stage.runFor(2_000);
      const { sceneId } = stage.painted.at(-1)!;
      const event = { type: 'failed', sceneId, code: 'decode_stalled', detail: 'no frame' } as const;
      // The stage says it until something else is there: one stall all the same.
      for (let times = 0; times < 2; times++) {
        stage.send({ type: 'stage', event });
        if (stage.output.newWindow) windows.push(stage.now);
      }
    };
    const actions = () =>
      stage.records.flatMap(({ body }) => (body.type === 'faultRaised' ? [body.detail.split('→ ')[1]] : []));
    for (let times = 0; times < 6; times++) {
      stall();
      if (times === 0) continue;
      // Whatever follows, something else is on the glass until the slot ends, and the notice has its next slot.
      stage.runFor(500);
      expect(stage.shown.at(-1)).toBe('fallback');
      stage.runUntil(eight + 10_100 + times * 30_000);
      expect(stage.shown.at(-1)).toBe('Tin 2');
    }
    expect(actions()).toEqual(['remakeLayer', 'reloadStage', 'newWindow', 'passBy', 'passBy', 'passBy']);
    expect(stage.commands.filter(({ command }) => command.type === 'reload')).toHaveLength(1);
    expect(windows).toHaveLength(1);
    // A decoder that is no better for it is tried again after an hour, no sooner.
    stage.runFor(3_600_000 - 60_000);
    stage.runUntil(Math.ceil((stage.now - eight - 10_000) / 30_000) * 30_000 + eight + 10_100);
    stall();
    expect(actions().at(-1)).toBe('remakeLayer');
  });

  test('of media name the files whose bytes are to be looked at', () => {
    const asset = 'ab'.repeat(32);
    const shown = { ...noticeOf(1, 10_000), content: { type: 'image', asset, alt: '', fit: 'contain' } } as Part;
    const stage = playing(eight, {}, programmeOf(zone, testId(2, 1), [shown, playlistOf(1, [1])]));
    stage.runFor(1_000);
    const fail = (code: 'asset_unreadable' | 'layout_failed') => {
      const { sceneId } = stage.painted.at(-1)!;
      stage.send({ type: 'stage', event: { type: 'failed', sceneId, code, detail: '' } });
      return stage.output.suspects;
    };
    expect(fail('asset_unreadable')).toEqual([asset]);
    stage.runFor(11_000);
    expect(stage.output.suspects).toEqual([]);
    expect(fail('layout_failed')).toEqual([]);
  });

  test('of a takeover are tried again, less and less often', () => {
    const takeover = takeoverOf(1, { startsAt: eight, expiresAt: eight + 600_000 });
    const stage = playing(eight, { answer: failing('takeover 1', 'prepare', 3) }, programme, [takeover]);
    stage.runFor(60_000);
    const tries = stage.commands
      .filter(({ command }) => command.type === 'prepare' && command.scene.kind === 'takeover')
      .map(({ at }) => at - eight);
    expect(tries).toEqual([0, 5_030, 15_060, 35_090]);
    expect(stage.shown).toEqual(['fallback', 'takeover 1']);
    expect(stage.plays.filter((play) => play.outcome === 'failed')).toHaveLength(1);
  });

  test('of the fallback leave the glass as it is', () => {
    const both = (command: StageCommand): Answer =>
      command.type === 'prepare' && ['Tin 2', 'fallback'].includes(nameOf(command.scene))
        ? { after: 10, event: { type: 'failed', sceneId: command.sceneId, code: 'layout_failed', detail: '' } }
        : quick(command);
    const stage = playing(eight, { answer: both });
    stage.runUntil(eight + 65_000);
    expect(stage.shown).toEqual(['Tin 1', 'Tin 1', 'Tin 1']);
  });
});

describe('takeovers', () => {
  test('come at once, and give way to what is then due', () => {
    const stage = playing();
    stage.runUntil(eight + 4_000);
    const takeover = takeoverOf(1, { startsAt: eight + 4_000, expiresAt: eight + 15_000 });
    stage.send({ type: 'plan', programme, takeovers: [takeover] });
    stage.runUntil(eight + 31_000);
    expect(stage.painted.map(({ at, scene }) => [nameOf(scene), at - eight])).toEqual([
      ['Tin 1', 66],
      ['takeover 1', 4_066],
      ['Tin 2', 15_016],
      ['Tin 1', 30_016],
    ]);
    const rest = stage.commands.find(({ at, command }) => command.type === 'show' && at === eight + 15_000)!.command;
    expect(rest).toMatchObject({ offsetMs: 5_000 });
    expect(
      stage.records.map(({ body }) =>
        body.type === 'playEnded' ? body.outcome : body.type === 'takeoverEnded' ? body.reason : body.type,
      ),
    ).toEqual(['cut', 'takeoverShown', 'expired', 'completed', 'cut']);
    expect(stage.plays[1]).toMatchObject({
      takeoverId: takeover.takeoverId,
      noticeId: null,
      noticeHash: null,
      why: { kind: 'takeover', id: takeover.takeoverId },
    });
  });

  test('that are equal count their turns, so that each turn can show what the one before did not', () => {
    const equals = [1, 2].map((n) => takeoverOf(n, { startsAt: eight + 4_000, expiresAt: eight + 90_000 }));
    const stage = playing(eight, {}, programme, [
      ...equals,
      takeoverOf(3, { startsAt: eight + 90_000, expiresAt: eight + 95_000 }),
    ]);
    stage.runUntil(eight + 95_000);
    const turns = stage.painted.flatMap(({ scene }) =>
      scene.kind === 'takeover' ? [[nameOf(scene), scene.turn]] : [],
    );
    expect(turns.map(([, turn]) => turn)).toEqual([0, 0, 1, 1, 2, 2, null]);
    expect(new Set(turns.map(([name]) => name)).size).toBe(3);
    expect(turns[0]![0]).toBe(turns[2]![0]);
    expect(turns[1]![0]).toBe(turns[3]![0]);
  });

  test.each([
    ['allClear', []],
    [
      'superseded',
      [takeoverOf(2, { startsAt: eight, expiresAt: eight + 60_000, type: 'update', supersedes: testId(5, 1) })],
    ],
    [
      'superseded',
      [takeoverOf(3, { startsAt: eight, expiresAt: eight + 60_000, type: 'update', supersedes: testId(5, 2) })],
    ],
  ] as const)('end with their reason: %s', (reason, then) => {
    const stage = playing(eight, {}, programme, [takeoverOf(1, { startsAt: eight, expiresAt: eight + 60_000 })]);
    stage.runFor(5_000);
    stage.send({ type: 'plan', programme, takeovers: then });
    stage.runFor(70_000);
    expect(stage.records.filter(({ body }) => body.type === 'takeoverEnded').map(({ body }) => body)).toContainEqual({
      type: 'takeoverEnded',
      takeoverId: testId(5, 1),
      reason,
    });
    expect(stage.records.filter(({ body }) => body.type === 'takeoverShown')).toHaveLength(1 + then.length);
    // It was on until it ended, and what replaced it until that ended: neither is incomplete.
    expect(stage.plays.filter(({ takeoverId }) => takeoverId !== null).map(({ outcome }) => outcome)).toEqual(
      Array.from({ length: 1 + then.length }, () => 'completed'),
    );
  });

  test('that arrive late are complete when they are on until their end', () => {
    const stage = playing();
    stage.runFor(20_000);
    const alert = takeoverOf(1, { startsAt: eight, expiresAt: eight + 60_000 });
    stage.send({ type: 'plan', programme, takeovers: [alert] });
    stage.runFor(10_000);
    stage.send({ type: 'plan', programme, takeovers: [] });
    stage.runFor(5_000);
    expect(stage.plays.find(({ takeoverId }) => takeoverId !== null)).toMatchObject({ outcome: 'completed' });
  });

  test('that something else covers are cut, before it and after it', () => {
    const [low, high] = [1, 4].map((level) => takeoverOf(level, { startsAt: eight, expiresAt: eight + 60_000, level }));
    const stage = playing(eight, {}, programme, [low!]);
    stage.runFor(10_000);
    stage.send({ type: 'plan', programme, takeovers: [low!, high!] });
    stage.runFor(10_000);
    stage.send({ type: 'plan', programme, takeovers: [low!] });
    stage.runFor(60_000);
    expect(
      stage.plays.flatMap(({ takeoverId, outcome }) => (takeoverId === null ? [] : [[takeoverId, outcome]])),
    ).toEqual([
      [low!.takeoverId, 'cut'],
      [high!.takeoverId, 'completed'],
      [low!.takeoverId, 'cut'],
    ]);
  });

  test('are shown without a programme, and above an overlay', () => {
    const overlay: Scene = { kind: 'testPattern', label: 'A' };
    const stage = playing(eight, {}, null);
    stage.send({ type: 'overlay', scene: overlay });
    stage.runFor(2_000);
    stage.send({
      type: 'plan',
      programme: null,
      takeovers: [takeoverOf(1, { startsAt: eight + 1_000, expiresAt: eight + 9_000 })],
    });
    stage.runFor(10_000);
    expect(stage.shown).toEqual(['testPattern', 'takeover 1', 'testPattern']);
    expect(stage.plays).toHaveLength(1);
    expect(stage.plays[0]).toMatchObject({ programme: null });
  });

  test('known from an earlier run are neither recorded again as shown nor forgotten', () => {
    const shown = takeoverOf(1, { startsAt: eight, expiresAt: eight + 10_000 });
    const stage = playing(
      eight + 1_000,
      { director: { takeoversShown: [shown.takeoverId, testId(5, 7)] } },
      programme,
      [shown],
    );
    stage.runFor(20_000);
    expect(stage.records.filter(({ body }) => body.type !== 'playEnded').map(({ body }) => body)).toEqual([
      { type: 'takeoverEnded', takeoverId: testId(5, 7), reason: 'allClear' },
      { type: 'takeoverEnded', takeoverId: shown.takeoverId, reason: 'expired' },
    ]);
  });
});

describe('stage, screen, clock', () => {
  test('an overlay is no play; the slot goes on after it', () => {
    const stage = playing();
    stage.runFor(2_000);
    stage.send({ type: 'overlay', scene: { kind: 'identify', boardName: 'Bảng 1', place: '', boardId: testId(9, 1) } });
    stage.runFor(3_000);
    expect(stage.output.openPlay).toBeNull();
    stage.send({ type: 'overlay', scene: null });
    stage.runFor(1_000);
    expect(stage.shown).toEqual(['Tin 1', 'identify', 'Tin 1']);
    expect(stage.plays).toMatchObject([{ outcome: 'cut' }]);
  });

  test('a lost stage interrupts the play; a new one gets the current scene at once', () => {
    const stage = playing();
    stage.runFor(5_500);
    stage.lose();
    expect(stage.plays).toMatchObject([{ outcome: 'interrupted', start: eight + 66, paintedMs: 5_434 }]);
    stage.runFor(1_000);
    expect(stage.painted).toHaveLength(1);
    stage.ready();
    stage.runFor(500);
    expect(stage.painted[1]!.at).toBe(eight + 6_566);
  });

  test('a stage that had fallen silent is not believed to have painted on', () => {
    const stage = playing();
    stage.runFor(3_000);
    const lastWord = stage.now;
    stage.now += 6_000;
    stage.send({ type: 'tick' });
    // Nor if the engine is killed now: this is its checkpoint.
    expect(stage.output.openPlay!.start + stage.output.openPlay!.paintedMs).toBeLessThanOrEqual(lastWord + 1_000);
    stage.lose();
    expect(stage.plays[0]!.start + stage.plays[0]!.paintedMs).toBeLessThanOrEqual(lastWord + 1_000);
  });

  test('a play with the screen off at any time is dark, and what is seen when it comes on is another', () => {
    const stage = playing();
    stage.runFor(2_000);
    stage.send({ type: 'screen', on: false });
    stage.runFor(1_000);
    stage.send({ type: 'screen', on: true });
    stage.runUntil(eight + 31_000);
    expect(stage.plays.map((play) => play.outcome)).toEqual(['dark', 'cut', 'completed']);
    expect(stage.plays[0]!.start + stage.plays[0]!.paintedMs).toBe(stage.plays[1]!.start);
    stage.send({ type: 'screen', on: null });
    stage.runUntil(eight + 41_000);
    expect(stage.plays.at(-1)!.outcome).toBe('completed');
  });

  test('a seek shows what belongs to now, even the same scene, and keeps the painted time true', () => {
    const stage = playing();
    stage.runFor(4_000);
    stage.now += 2_000_000;
    stage.send({ type: 'seek' });
    stage.runFor(500);
    expect(stage.painted).toHaveLength(2);
    expect(stage.plays[0]).toMatchObject({ start: eight + 66, paintedMs: 4_000 });
    stage.now -= 3_600_000;
    stage.send({ type: 'seek' });
    stage.runFor(500);
    expect(stage.plays[1]!.paintedMs).toBe(500);
  });

  test('a clock that runs back a little shows nothing twice', () => {
    const stage = playing();
    stage.runUntil(eight + 10_100);
    stage.now -= 200;
    stage.send({ type: 'tick' });
    stage.runFor(5_000);
    expect(stage.shown).toEqual(['Tin 1', 'Tin 2']);
  });

  test('a preview whose clock stands still prepares scenes paused', () => {
    const stage = playing(eight, { director: { paused: true, host: 'browser' } });
    expect(stage.commands[0]!.command).toMatchObject({ type: 'prepare', paused: true, nowMs: eight });
  });
});

describe('an alert that the screen is lit for', () => {
  const alert = takeoverOf(1, { startsAt: eight + 15_000, expiresAt: eight + 45_000 });
  const names = (stage: FakeStage): string[] =>
    stage.records.flatMap(({ body }) =>
      body.type === 'playEnded' && body.takeoverId !== null
        ? [body.outcome]
        : body.type === 'takeoverShown' || body.type === 'takeoverEnded'
          ? [body.type]
          : [],
    );

  test('is shown from when it is seen, and complete until its end', () => {
    const stage = playing();
    stage.send({ type: 'screen', on: false });
    stage.runFor(15_000);
    stage.send({ type: 'plan', programme, takeovers: [alert] });
    stage.runFor(1_500);
    expect(stage.output.openPlay).toMatchObject({ takeoverId: alert.takeoverId, outcome: 'dark' });
    expect(names(stage)).toEqual([]);
    stage.send({ type: 'screen', on: true });
    expect(names(stage)).toEqual(['dark', 'takeoverShown']);
    stage.runUntil(eight + 50_000);
    expect(names(stage)).toEqual(['dark', 'takeoverShown', 'takeoverEnded', 'completed']);
  });

  test('was seen until it was ended, though the screen goes off before something else is painted', () => {
    const stage = playing();
    stage.send({ type: 'screen', on: false });
    stage.send({ type: 'plan', programme, takeovers: [{ ...alert, startsAt: eight }] });
    stage.runFor(1_500);
    stage.send({ type: 'screen', on: true });
    stage.runFor(10_000);
    stage.send({ type: 'plan', programme, takeovers: [] });
    stage.send({ type: 'screen', on: false });
    stage.runFor(2_000);
    expect(names(stage)).toEqual(['dark', 'takeoverShown', 'takeoverEnded', 'completed']);
    const seen = stage.plays.find(({ outcome, takeoverId }) => takeoverId !== null && outcome === 'completed');
    expect(seen!.paintedMs).toBeCloseTo(10_000, -3);
  });

  test('is shown to nobody where it stays dark', () => {
    const stage = playing();
    stage.send({ type: 'screen', on: false });
    stage.send({ type: 'plan', programme, takeovers: [alert] });
    stage.runUntil(eight + 50_000);
    expect(names(stage)).toEqual(['takeoverEnded', 'dark']);
  });
});
