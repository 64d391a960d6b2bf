import { afterEach, expect, test, vi } from 'vitest';
import { codeFor } from '../../../shared/protocol/technician-code.ts';
import type { TechnicianFacts, TechnicianView } from '../../../shared/protocol/technician.ts';
import { CodeDoor } from './code-door.ts';
import { TechnicianPage, type TechnicianPageOptions } from './page.ts';

const key = new Uint8Array(32).fill(7);

afterEach(() => void vi.useRealTimers());

/** A page whose time stands still until `later`, and what it had the stage show. */
function opened(options: Partial<TechnicianPageOptions> = {}) {
  let now = 0;
  const shown: (TechnicianView | null)[] = [];
  const errors: unknown[] = [];
  const system = { monotonic: () => now, randomBytes: (count: number) => crypto.getRandomValues(Buffer.alloc(count)) };
  const page = new TechnicianPage({
    door: new CodeDoor({ store: { readMeta: () => null, writeMeta: () => undefined }, system }),
    system,
    key: () => Promise.resolve(key),
    link: (challenge) => challenge,
    facts: () => Promise.resolve({} as TechnicianFacts),
    acts: () => [],
    act: () => undefined,
    show: (view) => shown.push(view),
    onCover: () => undefined,
    onNote: () => undefined,
    onFault: () => undefined,
    onError: (error) => errors.push(error),
    ...options,
  });
  return { page, shown, errors, later: (ms: number) => (now += ms) };
}
/** What is shown now, of the field for the code. */
const field = (shown: readonly (TechnicianView | null)[]) => {
  const view = shown.at(-1);
  return view?.state === 'code' ? view : null;
};

test('a stage that comes is told that nothing stands over it: another engine may have had it show the page', () => {
  const { page, shown } = opened();
  page.stageReady();
  expect(shown).toEqual([null]);
});

test('a code for characters that ran out is told that they have changed, and is no wrong one', async () => {
  const { page, shown, later } = opened();
  page.hear({ what: 'ask' });
  await expect.poll(() => field(shown)).toMatchObject({ changed: false });
  const { challenge } = field(shown)!;
  later(16 * 60_000);
  page.hear({ what: 'code', code: '12345678' });
  await expect.poll(() => field(shown)).toMatchObject({ changed: true, wrong: false });
  expect(field(shown)!.challenge).not.toBe(challenge);
  page.close();
});

test('what cannot be gathered, or a key that cannot be worked out, ends no engine', async () => {
  const cannot = () => Promise.reject(new Error('no'));
  const unpaired = opened({ key: () => Promise.resolve('unpaired'), facts: cannot });
  unpaired.page.hear({ what: 'ask' });
  await expect.poll(() => unpaired.errors).toHaveLength(1);
  unpaired.page.close();
  const keyless = opened({ key: cannot });
  keyless.page.hear({ what: 'ask' });
  await expect.poll(() => keyless.errors).toHaveLength(1);
});

test('that the characters have changed stays said until a code is entered for the others, beyond a wait too', async () => {
  vi.useFakeTimers();
  const { page, shown, later } = opened();
  /** The field is looked at. */
  const look = () => vi.advanceTimersByTimeAsync(2_000);
  page.hear({ what: 'ask' });
  await look();
  later(14.7 * 60_000);
  for (let n = 0; n < 5; n++) page.hear({ what: 'code', code: '00000000' });
  await look();
  expect(field(shown)).toMatchObject({ wrong: true, changed: false, waitMs: 60_000 });
  later(40_000);
  await look();
  expect(field(shown)).toMatchObject({ wrong: false, changed: true, waitMs: 20_000 });
  await look();
  later(20_000);
  await look();
  expect(field(shown)).toMatchObject({ wrong: false, changed: true, waitMs: 0 });
  page.hear({ what: 'code', code: '00000000' });
  await look();
  expect(field(shown)).toMatchObject({ wrong: true, changed: false });
  page.close();
});

/** One at whose glass the field is asked for, and closed, again and again. */
function touched() {
  const glass = opened();
  const { page, shown, later } = glass;
  const ask = async (): Promise<boolean> => {
    later(4_000);
    page.hear({ what: 'ask' });
    await new Promise((resolve) => setTimeout(resolve, 5));
    return field(shown) !== null;
  };
  return { ...glass, ask, leave: () => page.hear({ what: 'close' }) };
}

test('a finger that leans on a public screen covers it less and less often; a code begins anew', async () => {
  const { page, shown, later, ask, leave } = touched();
  for (const wait of [0, 0, 0, 60_000, 120_000, 240_000]) {
    if (wait > 0) {
      later(wait - 5_000);
      expect(await ask()).toBe(false);
    }
    expect(await ask()).toBe(true);
    leave();
  }
  later(3_600_000);
  expect(await ask()).toBe(true);
  page.hear({ what: 'code', code: codeFor(key, field(shown)!.challenge!) });
  await expect.poll(() => shown.at(-1)?.state).toBe('open');
  leave();
  for (let n = 0; n < 3; n++) {
    expect(await ask()).toBe(true);
    leave();
  }
  expect(await ask()).toBe(false);
});

test('fields of days ago make nobody wait, nor do those into which a code was entered', async () => {
  const { page, later, ask, leave } = touched();
  for (let n = 0; n < 8; n++) {
    later(20 * 86_400_000);
    expect(await ask()).toBe(true);
    leave();
  }
  for (let n = 0; n < 2; n++) {
    expect(await ask()).toBe(true);
    page.hear({ what: 'code', code: '00000000' });
    leave();
  }
  for (let n = 0; n < 2; n++) {
    expect(await ask()).toBe(true);
    leave();
  }
  // Three within the hour, with none of a code.
  expect(await ask()).toBe(false);
  // A finger that goes on leaning is not forgotten by its own waits.
  for (const wait of [1, 2, 4, 8, 16, 32, 60, 60, 60]) {
    later(wait * 60_000 - 10_000);
    expect(await ask()).toBe(false);
    later(10_000);
    expect(await ask()).toBe(true);
    leave();
  }
});
