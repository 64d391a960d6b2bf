import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keyFor, makeRecoveryCodes, plainCode, SecretBox, stepOf } from './totp.ts';

const sources = { randomBytes: (length: number) => randomBytes(length) };
const rfcSecret = Buffer.from('12345678901234567890');

describe('codes', () => {
  // RFC 6238, appendix B: the last six of eight figures.
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('at %i s are those of the RFC', (seconds, code) => {
    const step = Math.floor(seconds / 30);
    expect(stepOf(rfcSecret, code, seconds * 1000)).toBe(step);
    // A clock that is half a minute off, either way.
    expect(stepOf(rfcSecret, code, (seconds + 30) * 1000)).toBe(step);
    expect(stepOf(rfcSecret, code, Math.max(0, seconds - 30) * 1000)).toBe(step);
    expect(stepOf(rfcSecret, code, (seconds + 61) * 1000)).toBeNull();
  });

  it('hold for one secret only', () => {
    expect(stepOf(Buffer.from('another secret of 20'), '287082', 59_000)).toBeNull();
    expect(stepOf(rfcSecret, '287083', 59_000)).toBeNull();
  });

  it('are announced to the app with all that it needs', () => {
    const { secret, uri } = keyFor(rfcSecret, 'an@xã.example.vn');
    expect(secret).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
    const { protocol, searchParams } = new URL(uri);
    expect(protocol).toBe('otpauth:');
    expect(Object.fromEntries(searchParams)).toMatchObject({ issuer: 'Bảng Tin', secret, digits: '6', period: '30' });
  });
});

it('recovery codes are ten, different, and the same however they are typed', () => {
  const codes = makeRecoveryCodes(sources);
  expect(new Set(codes).size).toBe(10);
  for (const code of codes) {
    expect(code).toMatch(/^([2-9a-hjkmnp-z]{4}-){3}[2-9a-hjkmnp-z]{4}$/);
    expect(plainCode(` ${code.toUpperCase().replaceAll('-', ' ')} `)).toBe(plainCode(code));
  }
});

describe('a box of secrets', () => {
  let folder: string;
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'bang-tin-box-'))));
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const file = () => join(folder, 'keys', 'second-factor.json');
  const open = () => SecretBox.open(join(folder, 'keys'), sources);

  it('keeps its key in a file that only the owner reads, and leaves nothing else', async () => {
    await open();
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect(await readdir(join(folder, 'keys'))).toEqual(['second-factor.json']);
  });

  it('opens what it sealed, after a restart too, for the same person only', async () => {
    const sealed = (await open()).seal('an', rfcSecret);
    expect(sealed).not.toContain(rfcSecret.toString('base64url'));
    const again = await open();
    expect(Buffer.from(again.unseal('an', sealed)!)).toEqual(rfcSecret);
    expect(again.unseal('binh', sealed)).toBeNull();
    expect(again.unseal('an', `${sealed.slice(0, -2)}AA`)).toBeNull();
    expect(again.unseal('an', 'x')).toBeNull();
  });

  it('is the same for processes that begin together', async () => {
    const boxes = await Promise.all(Array.from({ length: 8 }, open));
    const sealed = boxes[0]!.seal('an', rfcSecret);
    for (const box of boxes) expect(box.unseal('an', sealed)).not.toBeNull();
  });

  it('says so when its key is damaged, and leaves the file as it is', async () => {
    await open();
    await writeFile(file(), '{"v":1,"key":"AAAA"}');
    await expect(open()).rejects.toMatchObject({ code: 'second_factor_key_damaged' });
    expect(await readFile(file(), 'utf8')).toBe('{"v":1,"key":"AAAA"}');
  });
});
