/** Whatever people and players do, and whatever goes wrong: what the CMS logs, at the lowest level too, holds nothing that opens anything. */
import { randomBytes, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pairingCode, pairingCommitment } from '../../shared/protocol/pairing.ts';
import { makeIdentity, SimulatedBoard } from '../../test/fleet/board.ts';
import { csrfHeader } from './openapi.ts';
import { prepareFirstStart } from './first-start.ts';
import { createLog } from './log.ts';
import { describeStores } from './store/testing.ts';
import { createTestApp } from './testing.ts';

const password = 'mật khẩu của quản trị viên';
const wrongPassword = 'mật khẩu gõ nhầm';
const password2 = 'mật khẩu của người được mời';
const password3 = 'mật khẩu đặt lại sau đó';

describeStores('the log', (under) => {
  let test: Awaited<ReturnType<typeof createTestApp>>;
  let url: string;
  const lines: string[] = [];
  /** By what they are. */
  const secrets = new Map<string, string>([
    ['password', password],
    ['wrong password', wrongPassword],
    ['password of the invited', password2],
    ['password after the reset', password3],
  ]);
  const keep = (what: string, secret: string): string => {
    expect(secret.length, what).toBeGreaterThan(5);
    secrets.set(`${what} ${secrets.size}`, secret);
    return secret;
  };

  beforeAll(async () => {
    const log = createLog('trace', { write: (line: string) => void lines.push(line) });
    const { databaseUrl } = under.options;
    test = await createTestApp([], databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }, log);
    url = await test.app.listen();
  });
  afterAll(() => test.discard());

  /** A browser: its cookie, and the token that goes with it. */
  class Person {
    cookie = '';
    csrf = '';
    async send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const answer = await fetch(url + path, {
        method,
        headers: {
          cookie: this.cookie,
          [csrfHeader]: this.csrf,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: text! }),
      });
      const [cookie] = answer.headers.getSetCookie();
      if (cookie) {
        this.cookie = cookie.split(';')[0]!;
        const token = this.cookie.split('=')[1]!;
        if (token !== '') keep('cookie', token);
      }
      // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers of every shape
      const answered = JSON.parse((await answer.text()) || 'null') as any;
      const csrf = (answered?.me ?? answered)?.csrfToken as string | undefined;
      if (csrf !== undefined) this.csrf = keep('CSRF token', csrf);
      return { status: answer.status, body: answered, headers: answer.headers };
    }
    async does(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
      const { status, body: answered, ...rest } = await this.send(method, path, body, headers);
      expect([path, status < 300, answered]).toEqual([path, true, answered]);
      return { body: answered, ...rest };
    }
  }
  const root = new Person();
  const guest = new Person();
  let unitId: string;
  let boardId: string;

  it('is written at all', async () => {
    await root.send('POST', '/api/session', { email: 'nobody@example.vn', password: wrongPassword });
    expect(lines.join('')).toContain('a sign-in failed');
  });

  it('through the first set-up, invitations and lost passwords', async () => {
    const { adminToken } = await prepareFirstStart(test.app, test.config, () => undefined);
    const token = keep('token of the first set-up', adminToken!);
    const setup = { token, provinceName: 'Tỉnh Thử', provinceCode: '99', name: 'Trần Quản', email: 'root@example.vn' };
    await root.does('POST', '/api/setup/check', { token });
    const { body: me } = await root.does('POST', '/api/setup', { ...setup, password });
    unitId = me.grants[0].unitId;
    const invite = { name: 'Lê Mời', email: 'moi@example.vn', grants: [{ unitId, role: 'editor' }] };
    const { body: invited } = await root.does('POST', '/api/users', invite);
    const link = keep('token of an invitation', invited.link.token);
    await guest.does('POST', '/api/account-links/check', { token: link });
    expect((await guest.send('POST', '/api/account-links/use', { token: link, password: 'ngắn' })).status).toBe(400);
    await guest.does('POST', '/api/account-links/use', { token: link, password: password2 });
    expect((await guest.send('POST', '/api/account-links/use', { token: link, password: password2 })).status).toBe(409);
    const { body: reset } = await root.does('POST', `/api/users/${invited.user.id}/link`);
    const again = keep('token of a reset', reset.token);
    await guest.does('POST', '/api/account-links/use', { token: again, password: password3 });
    expect(
      (await guest.send('POST', '/api/account/password', { current: wrongPassword, next: password2 })).status,
    ).toBe(403);
  });

  it('through signing in and out, rightly and wrongly', async () => {
    const somebody = new Person();
    const asked = { email: 'moi@example.vn', password: wrongPassword };
    expect((await somebody.send('POST', '/api/session', asked)).status).toBe(401);
    await somebody.does('POST', '/api/session', { ...asked, password: password3 });
    await somebody.does('GET', '/api/session');
    const right = somebody.csrf;
    somebody.csrf = keep('wrong CSRF token', 'x'.repeat(43));
    expect((await somebody.send('DELETE', '/api/session')).status).toBe(403);
    somebody.csrf = right;
    await somebody.does('DELETE', '/api/session');
    somebody.cookie = `bt_session=${keep('cookie of nobody', randomBytes(32).toString('base64url'))}`;
    expect((await somebody.send('GET', '/api/boards')).status).toBe(401);
  });

  it('through a second factor', async () => {
    const { body: begun } = await root.does('POST', '/api/account/second-factor/begin', { password });
    keep('address of the second factor', begun.uri);
    const secret = Secret.fromBase32(keep('secret of the second factor', begun.secret));
    const code = (): string => new TOTP({ secret }).generate({ timestamp: test.sources.now() });
    expect((await root.send('POST', '/api/account/second-factor/confirm', { code: '000000' })).status).toBe(403);
    const { body } = await root.does('POST', '/api/account/second-factor/confirm', { code: code() });
    for (const one of body.recoveryCodes) keep('recovery code', one);
    test.sources.advance(60_000);
    await root.does('POST', '/api/session', { email: 'root@example.vn', password });
    expect((await root.send('POST', '/api/session/second-factor', { code: 'AAAA-BBBB-CCCC' })).status).toBe(403);
    await root.does('POST', '/api/session/second-factor', { code: body.recoveryCodes[0] });
    await root.does('POST', '/api/session', { email: 'root@example.vn', password });
    await root.does('POST', '/api/session/second-factor', { code: code() });
  });

  it('through pairing a board, which then connects', async () => {
    const board = {
      ...{ unitId, name: 'Bảng', place: '', kind: 'lcd', width: 640, height: 320, groups: [], defaultPlaylistId: null },
      ...{ pitchUm: null, readingDistanceCm: null, zone: 'Asia/Ho_Chi_Minh' },
      output: { x: 0, y: 0, width: 640, height: 320, rotation: 0 },
    };
    boardId = (await root.does('POST', '/api/boards', board)).body.id;
    const identity = makeIdentity(boardId);
    const signer = new SimulatedBoard(identity, url, test.sources.now);
    const player = new Person();
    const nonce = keep('nonce of a pairing', randomBytes(16).toString('base64url'));
    const { body: offer } = await player.does('POST', '/api/pairing', {
      commitment: pairingCommitment(identity.key.x, nonce),
    });
    const { pairingId, rootKey, nonce: cmsNonce } = offer as Record<string, string>;
    const proof = { pairingId, journalId: identity.journalId };
    const reveal = {
      ...{
        deviceKey: identity.key.x,
        nonce,
        journalId: identity.journalId,
        host: 'chromium',
        app: '0.1.0',
        screen: null,
      },
      proof: keep('proof of a pairing', await signer.sign('bang-tin-pairing-proof', proof)),
    };
    await player.does('POST', `/api/pairing/${pairingId}/reveal`, reveal);
    expect((await root.send('POST', `/api/boards/${boardId}/pairing`, { code: '00000000' })).status).toBe(404);
    const code = keep('pairing code', pairingCode(identity.key.x, rootKey!, nonce, cmsNonce!));
    await root.does('POST', `/api/boards/${boardId}/pairing`, { code });
    keep('key of a player', identity.key.d!);

    const token = keep('token of a board', await signer.token());
    await signer.connect({ token });
    await signer.hello();
    await signer.send('appendJournalV1', { odd: true } as never);
    const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
    expect((await player.send('GET', '/api/board/time', undefined, bearer(token))).status).toBe(200);
    const stale = keep('token of another board', await signer.token({ boardId: randomUUID() }));
    expect((await player.send('GET', '/api/board/speed', undefined, bearer(stale))).status).toBe(401);
    await expect(new SimulatedBoard(identity, url, test.sources.now).connect({ token: stale })).rejects.toThrow();
    signer.disconnect();
    expect((await player.send('GET', '/metrics', undefined, bearer('metrics-guess'))).status).toBe(401);
  });

  it('through an upload of a file that is none', async () => {
    const named = (text: string): string => Buffer.from(text).toString('base64');
    const bytes = 'no picture';
    const begun = await root.does('POST', '/api/uploads', undefined, {
      'tus-resumable': '1.0.0',
      'upload-length': String(bytes.length),
      'upload-metadata': `unitId ${named(unitId)},filename ${named('ảnh.png')}`,
    });
    await fetch(url + new URL(begun.headers.get('location')!, url).pathname, {
      method: 'PATCH',
      headers: {
        ...{ cookie: root.cookie, [csrfHeader]: root.csrf, 'tus-resumable': '1.0.0', 'upload-offset': '0' },
        'content-type': 'application/offset+octet-stream',
      },
      body: bytes,
    }).then(({ status }) => expect(status).toBe(204));
    await expect
      .poll(async () => (await root.does('GET', '/api/media')).body.media[0]?.state as string, { timeout: 20_000 })
      .toBe('failed');
  });

  it('through requests that cannot be read', async () => {
    const somebody = new Person();
    for (const body of [
      `{"email":"moi@example.vn","password":"${wrongPassword}`,
      `{"email":"moi@example.vn","password":["${wrongPassword}"]}`,
      JSON.stringify({ email: 'moi@example.vn', password: wrongPassword, more: password3 }),
      JSON.stringify({ email: 'moi@example.vn', password: wrongPassword.repeat(2_000) }),
    ])
      expect((await somebody.send('POST', '/api/session', body)).status).toBeOneOf([400, 413]);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await somebody.send('POST', '/api/session', `password=${wrongPassword}`, form)).status).toBe(415);
    await somebody.send('GET', `/api/session?password=${encodeURIComponent(wrongPassword)}`);
  });

  it('through a database that refuses what it is told', async () => {
    const { write } = test.app.context.store;
    const before = lines.length;
    const somebody = new Person();
    const signIn = () => somebody.send('POST', '/api/session', { email: 'moi@example.vn', password: password3 });
    if (under.dialect === 'postgres') {
      // Its errors tell of the row that they are about.
      await sql`alter table sessions add constraint none check (user_agent is null) not valid`.execute(write);
      expect((await signIn()).status).toBe(500);
      await write.schema.alterTable('sessions').dropConstraint('none').execute();
    }
    await write.schema.alterTable('sessions').renameTo('sessions_away').execute();
    expect((await signIn()).status).toBe(500);
    await write.schema.alterTable('sessions_away').renameTo('sessions').execute();
    expect(lines.slice(before).filter((line) => line.includes('a request failed'))).toHaveLength(
      under.dialect === 'postgres' ? 2 : 1,
    );
    // Of the rows whose secrets nobody was told, as of those that are kept.
    for (const { token_hash, csrf_token } of await write.selectFrom('sessions').selectAll().execute()) {
      keep('hash of a cookie', token_hash);
      keep('CSRF token', csrf_token);
    }
    for (const { password_hash } of await write.selectFrom('users').select('password_hash').execute())
      if (password_hash !== null) keep('hash of a password', password_hash);
  });

  it('holds no secret', () => {
    const log = lines.join('');
    expect(secrets.size).toBeGreaterThan(30);
    expect(lines.filter((line) => line.includes('"err"')).length).toBeGreaterThan(0);
    const found = [...secrets].filter(([, secret]) =>
      [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)].some((form) => log.includes(form)),
    );
    expect(found.map(([what]) => what)).toEqual([]);
    // Nor a row that was refused, with secrets that the CMS alone has known.
    expect(lines.filter((line) => line.includes('Failing row'))).toEqual([]);
  });
});
