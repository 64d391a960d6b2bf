import { expect, test } from 'vitest';
import { codeFor } from '../../../shared/protocol/technician-code.ts';
import type { TechnicianFacts, TechnicianView } from '../../../shared/protocol/technician.ts';
import { CodeDoor } from './code-door.ts';
import { TechnicianPage, type TechnicianPageOptions } from './page.ts';

const key = new Uint8Array(32).fill(7);

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

test('a finger that leans on a public screen covers it less and less often; a code begins anew', async () => {
  const { page, shown, later } = opened();
  const ask = async (): Promise<boolean> => {
    later(4_000);
    page.hear({ what: 'ask' });
    await new Promise((resolve) => setTimeout(resolve, 5));
    return field(shown) !== null;
  };
  const leave = (): void => page.hear({ what: 'close' });
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
