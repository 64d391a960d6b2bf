import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isSecondFactorRequired } from '../features/accounts/second-factor-policy.ts';
import { prepareFirstStart, type FirstStart } from '../first-start.ts';
import type { App } from '../app.ts';
import { describeStores } from '../store/testing.ts';
import { createTestApp, testActor } from '../testing.ts';
import { readConfig } from '../config.ts';
import { createMediaRunner, defaultMediaLimits } from '../jobs/media-runner.ts';
import { makingOnce } from '../jobs/testing.ts';
import { createMediaService } from '../features/media/service.ts';
import { seedSample } from './seed.ts';

// What its pictures and videos become is no matter of the database: each is made once for both.
const made = makingOnce(createMediaRunner(defaultMediaLimits));
afterAll(() => made.discard());

describeStores('the sample province', (under) => {
  let test: Awaited<ReturnType<typeof createTestApp>>;
  let first: FirstStart;
  let features: App['features'];
  const config = (...flags: string[]) => readConfig(['--data', test.folder, ...flags], {}, test.folder);
  const start = (...flags: string[]) => prepareFirstStart({ ...test.app, features }, config(...flags), () => {});

  beforeAll(async () => {
    test = await createTestApp(
      [],
      under.options.databaseUrl === null ? {} : { DATABASE_URL: under.options.databaseUrl },
    );
    const { context } = test.app;
    const media = createMediaService(context, { units: test.app.features.units, run: made.run });
    features = { ...test.app.features, media };
    // As a crash leaves it: half made, nobody has an account.
    await expect(
      seedSample(context, features, {
        keepPasswords: () => Promise.resolve(),
        onProgress: (text) => {
          if (text.includes('chu-dong')) throw new Error('crash');
        },
      }),
    ).rejects.toThrow('crash');
    // As every installation begins: nobody has said anything of a second factor.
    await context.store.write.deleteFrom('settings').where('key', '=', 'second_factor_required').execute();
    first = await start();
  });
  afterAll(async () => {
    await features.media.close();
    await test.discard();
  });

  it('can be tried without a phone', async () => {
    expect(await isSecondFactorRequired(test.app.context.store.read)).toBe(false);
  });

  it('is there once, although its making was cut off before', async () => {
    const { read } = test.app.context.store;
    const boards = await read.selectFrom('boards').select(['id', 'width', 'height', 'kind']).orderBy('id').execute();
    expect(boards.map(({ kind, width, height }) => `${kind} ${width}×${height}`)).toEqual([
      'lcd 1920×1080',
      'lcd 1080×1920',
      'led 640×320',
      'led 192×96',
      'led 3840×2160',
      'led 1280×640',
    ]);
    expect(first.sample?.firstBoardId).toBe(boards[0]!.id);
    const media = await read.selectFrom('media').select(['kind', 'state']).execute();
    expect(media.every(({ state }) => state === 'ready')).toBe(true);
    expect(media.map(({ kind }) => kind).toSorted()).toEqual(['image', 'image', 'image', 'image', 'video', 'video']);
    const levels = await read.selectFrom('unit_versions').select(['level', 'name', 'valid_to']).execute();
    expect(levels.filter(({ level, valid_to }) => level === 'commune' && valid_to === null)).toHaveLength(4);
    expect(levels.find(({ level }) => level === 'district')).toMatchObject({
      name: 'Huyện Phú An',
      valid_to: Date.UTC(2025, 5, 30, 17),
    });
  });

  it('plays on every board: something for each is published', async () => {
    const { features } = test.app;
    const actor = testActor({ unitId: features.units.tree.roots()[0]!, role: 'province' });
    const all = await features.boards.list(actor);
    const { boards: preview } = await features.programmes.preview(
      actor,
      all.map(({ id }) => id),
    );
    expect(preview.length).toBeGreaterThan(1);
    for (const board of preview) {
      expect(board.notices).toBeGreaterThan(2);
      expect(board.changes).toBeNull();
      expect(board.warnings.filter((warning) => warning !== 'board_unpaired')).toEqual([]);
    }
  });

  it('lets everybody in with the passwords of a file that only its owner reads, and tells them once', async () => {
    expect(first.sample).toMatchObject({ accounts: null, passwordFile: join(test.folder, 'passwords.txt') });
    const file = first.sample!.passwordFile!;
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const lines = (await readFile(file, 'utf8')).split('\n').flatMap((line) => {
      const match = /^(\S+@\S+)\s+(\S+)\s+(\S.*) \/ (\w+)$/.exec(line);
      return match ? [[match[1], match[2], match[4], match[3]]] : [];
    });
    expect(lines.map(([, , role]) => role)).toEqual([
      'administrator',
      'province',
      'approver',
      'editor',
      'technician',
      'viewer',
      'auditor',
    ]);
    expect(lines[1]?.[3]).toBe('Cán bộ tỉnh');
    for (const [email, password, role] of lines) {
      const { me } = await test.app.features.accounts.signIn({ email: email!, password: password! }, '10.0.0.1', null);
      expect(me.grants.map((grant) => grant.role)).toEqual([role]);
    }
    expect(await start()).toEqual({
      sample: { firstBoardId: first.sample!.firstBoardId, accounts: null, passwordFile: null },
      adminToken: null,
    });
    expect(await start('--empty')).toMatchObject({ adminToken: null });
  });
});

describeStores('a CMS that begins empty', (under) => {
  let test: Awaited<ReturnType<typeof createTestApp>>;
  beforeAll(async () => {
    test = await createTestApp(
      [],
      under.options.databaseUrl === null ? {} : { DATABASE_URL: under.options.databaseUrl },
    );
  });
  afterAll(() => test.discard());
  const start = (...flags: string[]) =>
    prepareFirstStart(test.app, readConfig(['--data', test.folder, ...flags], {}, test.folder), () => {});

  it('has a link for its first administrator until there is one, and no sample after', async () => {
    const { adminToken } = await start('--empty');
    expect(adminToken).toMatch(/^[\w-]{43}$/);
    const setUp = (token: string) =>
      test.app.fastify.inject({
        method: 'POST',
        url: '/api/setup',
        payload: {
          token,
          provinceName: 'Tỉnh A',
          provinceCode: '01',
          name: 'An',
          email: 'an@example.vn',
          password: 'mật khẩu đủ dài',
        },
      });
    expect((await setUp('wrong')).statusCode).toBe(403);
    const response = await setUp(adminToken!);
    expect(response.statusCode).toBe(200);
    const cookie = response.cookies[0]!;
    expect(cookie).toMatchObject({ name: 'bt_session', httpOnly: true, sameSite: 'Lax', path: '/' });
    const session = await test.app.fastify.inject({ url: '/api/session', cookies: { bt_session: cookie.value } });
    expect(session.json()).toMatchObject({
      user: { email: 'an@example.vn' },
      grants: [{ unitName: 'Tỉnh A', role: 'administrator' }],
    });
    expect(await start('--empty')).toEqual({ sample: null, adminToken: null });
    expect(await start()).toEqual({ sample: null, adminToken: null });
  });
});
