/** Which version runs after a trial, and after the power went: at every single write of the pointer. */
import type * as Fs from 'node:fs';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { packaged } from '../engine/launch.ts';
import { Versions } from './versions.ts';

/** After so many changes of the disk the power is gone; a file that is being written then is half there. */
const power = vi.hoisted(() => ({ left: Infinity }));
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof Fs>();
  const use = (): boolean => power.left-- > 0;
  const off = (): never => {
    throw new Error('the power is off');
  };
  return {
    ...fs,
    openSync: (path: string, flags: string, mode?: number) =>
      flags === 'r' || use() ? fs.openSync(path, flags, mode) : off(),
    writeFileSync: (to: string | number, text: string) => {
      if (use()) return fs.writeFileSync(to, text);
      if (power.left === -1) fs.writeFileSync(to, text.slice(0, text.length / 2));
      return off();
    },
    fsyncSync: (handle: number) => (use() ? fs.fsyncSync(handle) : off()),
    renameSync: (from: string, to: string) => (use() ? fs.renameSync(from, to) : off()),
  };
});

const [one, two] = ['0.2.0-0123456789abcdef', '0.3.0-fedcba9876543210'];
let folder: string;
let back: number;
let kept: (string | null)[];
const made: Versions[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  power.left = Infinity;
  folder = mkdtempSync(join(tmpdir(), 'bang-tin-versions-'));
  [back, kept] = [0, []];
  for (const id of [one, two])
    for (const file of ['engine/main.cjs', 'stage/index.html']) {
      mkdirSync(join(folder, 'versions', id, file, '..'), { recursive: true });
      writeFileSync(join(folder, 'versions', id, file), '');
    }
});
afterEach(() => {
  for (const versions of made.splice(0)) versions.close();
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

/** The host starts. */
function start(version = '0.1.0'): Versions {
  const versions = new Versions({
    dataDir: folder,
    package: { version, program: 'package/main.cjs', stageDir: 'package/stage' },
    onBack: () => back++,
    onKept: (previous) => kept.push(previous),
    report: () => undefined,
  });
  made.push(versions);
  return versions;
}
/** The host is gone, and its timers with it. */
function cut(versions: Versions): void {
  versions.close();
  power.left = Infinity;
}
const minutes = (n: number) => vi.advanceTimersByTime(n * 60_000);

test('a version that paints and goes on for a moment stays, over a start too, and the one before it is kept', () => {
  const versions = start();
  expect(versions.here).toMatchObject({ running: packaged, previous: null, trial: null, package: '0.1.0' });
  expect(versions.try(one, 'order')).toBe(true);
  expect(versions.here).toMatchObject({ running: one, trial: 'order', pageOfBefore: true });
  expect(versions.program.program).toBe(join(folder, 'versions', one, 'engine/main.cjs'));
  versions.painted();
  expect(versions.here).toMatchObject({ trial: 'order', pageOfBefore: false });
  minutes(1);
  expect(kept).toEqual([packaged]);
  minutes(10);
  expect([back, versions.here.running]).toEqual([0, one]);
  expect(start().here).toMatchObject({ running: one, previous: packaged, trial: null, failed: null });
});

test('one that does not paint in two minutes goes back, and its order is known to have failed', () => {
  const versions = start();
  versions.try(one, 'order');
  vi.advanceTimersByTime(119_000);
  expect(back).toBe(0);
  vi.advanceTimersByTime(1_000);
  const failed = { id: one, order: 'order', why: 'update_no_picture' };
  expect([back, versions.here]).toMatchObject([1, { running: packaged, trial: null, failed, pageOfBefore: true }]);
  expect(start().here).toMatchObject({ running: packaged, failed });
});

test('one that ends again and again goes back at once, whether it painted or not; once is forgiven', () => {
  const versions = start();
  versions.try(one, 'order');
  versions.painted();
  expect([versions.ended(1, false), versions.ended(1, false)]).toEqual([false, false]);
  versions.painted();
  expect(versions.ended(1, false)).toBe(true);
  expect(versions.here).toMatchObject({ running: packaged, failed: { why: 'update_crashed' } });
  minutes(5);
  expect([back, kept]).toEqual([0, []]);
});

test('one that paints at the last moment and ends right after goes back; one that says that it is of no use, too', () => {
  const versions = start();
  versions.try(one, 'order');
  vi.advanceTimersByTime(115_000);
  versions.painted();
  vi.advanceTimersByTime(10_000);
  expect(back).toBe(0);
  expect(versions.ended(1, false)).toBe(true);
  versions.try(two, 'other');
  expect(versions.ended(1, true)).toBe(true);
  expect(versions.here.failed).toEqual({ id: two, order: 'other', why: 'update_unusable' });
});

test('the power may go once during a trial; at the second time it goes back', () => {
  const first = start();
  first.try(one, 'order');
  cut(first);
  const second = start();
  expect(second.here).toMatchObject({ running: one, trial: 'order' });
  cut(second);
  expect(start().here).toMatchObject({ running: packaged, trial: null, failed: { why: 'update_power_cut' } });
});

test('going back by order is a trial like any other; a third version takes the place of the first', () => {
  const versions = start();
  for (const [id, order] of [
    [one, 'a'],
    [two, 'b'],
    [one, 'c'],
  ] as const) {
    expect(versions.try(id, order)).toBe(true);
    versions.painted();
    minutes(1);
  }
  expect(kept).toEqual([packaged, one, two]);
  expect(versions.here).toMatchObject({ running: one, previous: two });
});

test('a version that worked and cannot be started any more gives way to the one before it', () => {
  const versions = start();
  versions.try(one, 'a');
  versions.painted();
  minutes(1);
  expect([1, 2, 3, 4].map((ends) => versions.ended(ends, false))).toEqual([false, false, false, false]);
  expect(versions.ended(5, false)).toBe(true);
  expect(versions.here).toMatchObject({ running: packaged, failed: { id: one, order: null, why: 'update_crashed' } });
  expect(versions.ended(9, true)).toBe(false);
});

test('a version whose files are gone is not started; a package that was installed since counts', () => {
  const versions = start();
  versions.try(one, 'a');
  versions.painted();
  minutes(1);
  expect(start('0.4.0').here).toMatchObject({ running: packaged, previous: null, package: '0.4.0' });
  rmSync(join(folder, 'versions', one, 'engine/main.cjs'));
  expect(start().here).toMatchObject({ running: packaged, failed: { why: 'update_unusable' } });
});

test.each([
  '',
  '{',
  '{"v":1}',
  '{"v":1,"package":"0.1.0","current":"../../etc","previous":null,"trial":null,"failed":null}',
])('a pointer of %j leaves the package', (text) => {
  writeFileSync(join(folder, 'versions/state.json'), text);
  expect(start().here.running).toBe(packaged);
  expect(start().try('../../etc', 'a')).toBe(false);
  expect(start().try('0.9.0-0000000000000000', 'a')).toBe(false);
});

describe('the power goes at one change of the disk after another', () => {
  /** Makes each change fail in turn. `work` is what is under way then, `after` looks at each state that is found at the next start. */
  function everywhere(
    prepare: () => Versions,
    work: (versions: Versions) => void,
    after: (cutAt: number) => void,
  ): number {
    for (let cutAt = 0; ; cutAt++) {
      rmSync(join(folder, 'versions/state.json'), { force: true });
      const versions = prepare();
      power.left = cutAt;
      work(versions);
      const isThrough = power.left >= 0;
      cut(versions);
      after(cutAt);
      if (isThrough) return cutAt;
    }
  }
  /** Until it is settled by itself, the host starts again and again with a version that never paints. */
  function settle(): string {
    for (let starts = 0; starts < 4; starts++) {
      const versions = start();
      if (versions.here.trial === null) return versions.here.running;
      cut(versions);
    }
    throw new Error('It is tried for ever');
  }

  test('of ordering a trial: it is tried or not, and ends where it began', () => {
    const cuts = everywhere(
      start,
      (versions) => versions.try(one, 'a'),
      () => expect(settle()).toBe(packaged),
    );
    expect(cuts).toBe(5);
  });

  test('of keeping it: it stays, or is tried once more', () => {
    const found = new Set<string>();
    everywhere(
      () => {
        const versions = start();
        versions.try(one, 'a');
        versions.painted();
        return versions;
      },
      () => minutes(1),
      () => {
        const versions = start();
        found.add(JSON.stringify([versions.here.running, versions.here.trial]));
        expect(versions.here.running).toBe(one);
        versions.painted();
        minutes(1);
        expect(versions.here).toMatchObject({ running: one, previous: packaged, trial: null });
        cut(versions);
      },
    );
    expect([...found].sort()).toEqual([JSON.stringify([one, 'a']), JSON.stringify([one, null])].sort());
  });

  test('of going back, and of the start that counts the trial: the one before runs in the end', () => {
    const trying = () => {
      const versions = start();
      versions.try(one, 'a');
      return versions;
    };
    everywhere(
      trying,
      () => minutes(2),
      () => expect(settle()).toBe(packaged),
    );
    everywhere(
      () => {
        cut(trying());
        return made.at(-1)!;
      },
      () => cutStart(),
      () => expect(settle()).toBe(packaged),
    );
  });

  /** A start while the power is failing. */
  function cutStart(): void {
    start().close();
  }

  test('of any of them the pointer is one that can be read', () => {
    everywhere(
      start,
      (versions) => {
        versions.try(one, 'a');
        versions.painted();
        minutes(1);
        versions.try(two, 'b');
        minutes(2);
      },
      (cutAt) => {
        if (cutAt < 5) return;
        expect(() => JSON.parse(readFileSync(join(folder, 'versions/state.json'), 'utf8')) as unknown).not.toThrow();
      },
    );
  });
});
