import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Actor } from '../../access.ts';
import { describeStores } from '../../store/testing.ts';
import { createTestContent } from '../../testing-content.ts';
import { testActor, testNow } from '../../testing.ts';
import { createAccountsService, type AccountsService } from '../accounts/service.ts';
import { createBoardAbsence } from '../boards/absence.ts';
import { createBoardConditions } from '../boards/conditions.ts';
import { createBoardStatuses } from '../boards/status.ts';
import { createDarkHours } from '../commands/dark-hours.ts';
import { createIncidentsService, type IncidentsService } from '../incidents/service.ts';
import { startOfDay } from '../units/days.ts';
import { createUpkeepService, type UpkeepService } from '../upkeep/service.ts';
import { createEmail } from './email.ts';
import { betweenMs, createNotifications, triedForMs, type NotificationsService } from './service.ts';
import { startFakeSmtp, type FakeSmtp } from './testing-smtp.ts';
import { createWebhook } from './webhook.ts';

const minute = 60_000;
const dayMs = 86_400_000;
const secret = 'a-secret-of-enough-length';

describeStores('notifications', (under) => {
  let test: Awaited<ReturnType<typeof createTestContent>>;
  let smtp: FakeSmtp;
  let accounts: AccountsService;
  let incidents: IncidentsService;
  let upkeep: UpkeepService;
  let notifications: NotificationsService;
  let officer: Actor;
  let elsewhere: Actor;
  const hooked: { headers: IncomingHttpHeaders; body: string; path: string }[] = [];
  let hookAnswers = 200;
  let beforeMailable = (): Promise<void> => Promise.resolve();
  const hook = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      hooked.push({ headers: request.headers, body, path: request.url! });
      response.writeHead(hookAnswers, { location: '/elsewhere' }).end('thanks');
    });
  });

  /** As a start of the CMS makes it. */
  function start(): void {
    const { context, boards, units } = test;
    const conditions = createBoardConditions(context);
    const statuses = createBoardStatuses(context, { boards });
    const darkHours = createDarkHours(context);
    const proof = {
      eventsOf: () => Promise.resolve({ events: [], next: null }),
      startsSince: () => Promise.resolve(new Map<string, number>()),
    };
    upkeep = createUpkeepService(context, { boards });
    const absence = createBoardAbsence({ boards, conditions, upkeep, proof, statuses });
    incidents = createIncidentsService(context, {
      units,
      boards,
      upkeep,
      absence,
      conditions,
      statuses,
      proof,
      darkHours,
    });
    const host = '127.0.0.1';
    const url = `http://${host}:${(hook.address() as AddressInfo).port}/hook`;
    notifications = createNotifications(context, {
      accounts: {
        names: (ids) => accounts.names(ids),
        mailable: async (ids) => {
          await beforeMailable();
          return accounts.mailable(ids);
        },
      },
      incidents,
      email: createEmail({
        host,
        port: smtp.port,
        secure: false,
        requireTls: false,
        user: null,
        password: '',
        from: 'Bảng Tin <bangtin@example.vn>',
      }),
      webhook: createWebhook({ url, secret }, () => test.sources.now()),
      publicUrl: 'https://bangtin.example.vn',
    });
  }
  async function run(): Promise<void> {
    for (const channel of ['email', 'webhook'] as const) await notifications.run(channel, new AbortController().signal);
  }

  async function person(unitId: string, role: 'technician' | 'viewer'): Promise<Actor> {
    const actor = testActor({ unitId, role });
    await accounts.createUser(null, {
      id: actor.userId,
      email: actor.email,
      name: actor.name,
      password: 'mật khẩu đủ dài',
      grants: actor.grants,
    });
    return actor;
  }
  async function put(boardId: string, online: 0 | 1, since: number): Promise<void> {
    const values = { online, since, last_seen_at: since };
    await under.store.write
      .insertInto('board_states')
      .values({ board_id: boardId, host: 'chromium', app: null, state: null, ...values })
      .onConflict((conflict) => conflict.column('board_id').doUpdateSet(values))
      .execute();
  }
  async function boardsIn(unitId: string, n: number): Promise<string[]> {
    const ids: string[] = [];
    for (let i = 0; i < n; i++) ids.push((await test.board(test.admin, { unitId, name: `Bảng ${i + 1}` })).id);
    await test.pair(ids);
    for (const id of ids) await put(id, 1, test.sources.now());
    return ids;
  }
  /** Each is gone for 11 minutes more than the one before, so that each is an incident, or all at once. */
  async function cutOff(ids: readonly string[], apart = false): Promise<void> {
    for (const [i, id] of ids.entries()) await put(id, 0, test.sources.now() - (16 + (apart ? 11 * i : 0)) * minute);
    await incidents.watch.look();
  }
  /** Every case begins at 9:00 of a day in Viet Nam, with all boards online and everybody told. */
  beforeEach(async () => {
    const { write } = under.store;
    await write.updateTable('board_states').set({ online: 1, since: 0 }).execute();
    await write.updateTable('incident_boards').set({ ended_at: 1 }).execute();
    await write.updateTable('incidents').set({ ended_at: 1 }).execute();
    smtp.refuse(null);
    hookAnswers = 200;
    beforeMailable = () => Promise.resolve();
    test.sources.advance(2 * dayMs - ((test.sources.now() - testNow) % dayMs) + 60 * minute);
    for (let i = 0; i < 2; i++) {
      await run();
      test.sources.advance(betweenMs);
    }
    await write.deleteFrom('notification_messages').execute();
    smtp.messages.length = 0;
    hooked.length = 0;
  });
  /** Subjects and texts are MIME; what is asked of them here is ASCII, or decoded. */
  const lettersTo = (actor: Actor): string[] =>
    smtp.messages
      .filter(({ to }) => to === actor.email)
      .map(({ text }) => {
        const [, body = ''] = text.split(/\r\n\r\n([\s\S]*)/);
        return /base64/i.test(text)
          ? Buffer.from(body, 'base64').toString()
          : Buffer.from(
              body
                .replace(/=\r\n/g, '')
                .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
              'latin1',
            ).toString();
      });

  beforeAll(async () => {
    smtp = await startFakeSmtp();
    await new Promise<void>((done) => hook.listen(0, '127.0.0.1', done));
    test = await createTestContent(under.store);
    accounts = createAccountsService(test.context, { units: test.units });
    start();
    test.sources.advance(60 * minute);
    officer = await person(test.ids.commune, 'technician');
    elsewhere = await person(test.ids.sister, 'viewer');
    await boardsIn(test.ids.sister, 5);
    // The webhook is told from its first round on.
    await run();
  });
  afterAll(async () => {
    notifications.close();
    await smtp.close();
    hook.close();
    await test.close();
  });

  it('writes to nobody who has not asked for it, and posts to the webhook, signed', async () => {
    const gone = await boardsIn(test.ids.commune, 3);
    await cutOff(gone);
    await run();
    await run();
    expect(smtp.messages).toEqual([]);
    expect(hooked).toHaveLength(1);
    const [{ headers, body }] = hooked as [(typeof hooked)[number]];
    const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['x-bang-tin-signature']))!;
    expect(Number(t)).toBe(Math.floor(test.sources.now() / 1000));
    expect(v1).toBe(createHmac('sha256', secret).update(`${t}.${body}`).digest('hex'));
    const said = JSON.parse(body) as Record<string, unknown>;
    expect(said).toMatchObject({
      v: 1,
      id: headers['x-bang-tin-id'],
      type: 'digest',
      opened: [{ kind: 'area', unitId: test.ids.commune, boardCount: 3 }],
      totals: { opened: { incidents: 1, boards: 3 }, ended: { incidents: 0, boards: 0 }, reminders: 0 },
    });
    for (const id of gone) await put(id, 1, test.sources.now());
    test.sources.advance(betweenMs);
    await incidents.watch.look();
    await run();
    expect(JSON.parse(hooked[1]!.body)).toMatchObject({ opened: [], ended: [{ wellCount: 3 }] });
  });

  it('writes to those who asked for it, of what is in their sight, from then on', async () => {
    expect(await notifications.own(officer)).toEqual({ email: false, emailAvailable: true });
    for (const actor of [officer, elsewhere])
      expect(await notifications.choose(actor, { email: true })).toEqual({ email: true, emailAvailable: true });
    await run();
    expect(smtp.messages).toEqual([]);
    await cutOff(await boardsIn(test.ids.village, 2));
    await run();
    expect(lettersTo(officer)).toHaveLength(1);
    expect(lettersTo(officer)[0]).toContain('- Thôn Đông: 2 bảng mất kết nối từ');
    expect(lettersTo(officer)[0]).toContain('https://bangtin.example.vn/incidents');
    expect(lettersTo(elsewhere)).toEqual([]);
  });

  it('waits between two messages of one reader, and then tells of all at once', async () => {
    await cutOff(await boardsIn(test.ids.commune, 4), true);
    await run();
    expect([smtp.messages.length, hooked.length]).toEqual([1, 1]);
    expect(lettersTo(officer)[0]).toContain('4 sự cố, 4 bảng');
    test.sources.advance(betweenMs - 1);
    await cutOff(await boardsIn(test.ids.sister, 1));
    await run();
    // Who has not been told of anything is told at once.
    expect([hooked.length, lettersTo(officer).length, lettersTo(elsewhere).length]).toEqual([1, 1, 1]);
    test.sources.advance(1);
    await run();
    expect([hooked.length, lettersTo(officer).length, lettersTo(elsewhere).length]).toEqual([2, 1, 1]);
  });

  it('tries again after a restart too, with the same id, and never piles messages up', async () => {
    smtp.refuse(451);
    await cutOff(await boardsIn(test.ids.commune, 1));
    await run();
    test.sources.advance(20 * minute);
    await cutOff(await boardsIn(test.ids.village, 1));
    test.sources.advance(60 * minute);
    await run();
    const waiting = () =>
      under.store.read
        .selectFrom('notification_messages')
        .selectAll()
        .where('channel', '=', 'email')
        .where('sent_at', 'is', null)
        .where('given_up_at', 'is', null)
        .execute();
    const held = await waiting();
    expect(held).toMatchObject([{ reader: officer.userId, error_code: 'smtp_refused', attempts: 2 }]);
    start();
    smtp.refuse(null);
    test.sources.advance(60 * minute);
    await run();
    expect(smtp.messages).toHaveLength(1);
    expect(smtp.messages[0]!.text).toContain(`Message-ID: <${held[0]!.id}@example.vn>`);
    expect(await waiting()).toEqual([]);
    // What came meanwhile is one message more.
    await run();
    expect(smtp.messages).toHaveLength(2);
    await run();
    expect(smtp.messages).toHaveLength(2);
  });

  it('asks a mail server that does not answer once a round, and the webhook waits for none of it', async () => {
    smtp.refuse('all');
    await cutOff([...(await boardsIn(test.ids.commune, 1)), ...(await boardsIn(test.ids.sister, 1))]);
    const before = smtp.connections();
    await run();
    expect(smtp.connections() - before).toBe(1);
    expect(hooked).toHaveLength(1);
    const waiting = under.store.read.selectFrom('notification_messages').selectAll().where('channel', '=', 'email');
    const tried = { attempts: 1, error_code: 'smtp_unreachable', due_at: test.sources.now() + minute };
    expect(await waiting.execute()).toMatchObject([tried, tried]);
    smtp.refuse(null);
    test.sources.advance(minute);
    await run();
    expect(lettersTo(officer).length + lettersTo(elsewhere).length).toBe(2);
  });

  it('writes to the address of then, and drops what is on its way to who may not sign in', async () => {
    smtp.refuse(451);
    await cutOff([...(await boardsIn(test.ids.commune, 1)), ...(await boardsIn(test.ids.sister, 1))]);
    await run();
    const { write } = under.store;
    const users = (id: string, set: { email?: string; active?: 0 | 1 }) =>
      write.updateTable('users').set(set).where('id', '=', id).execute();
    await users(officer.userId, { email: 'moi@example.vn' });
    await users(elsewhere.userId, { active: 0 });
    smtp.refuse(null);
    test.sources.advance(minute);
    await run();
    expect(smtp.messages.map(({ to }) => to)).toEqual(['moi@example.vn']);
    const left = await write
      .selectFrom('notification_messages')
      .select('reader')
      .where('sent_at', 'is', null)
      .execute();
    expect(left).toEqual([]);
    await users(officer.userId, { email: officer.email });
    await users(elsewhere.userId, { active: 1 });
  });

  it('writes to nobody who said no while it was being written', async () => {
    await cutOff(await boardsIn(test.ids.commune, 1));
    beforeMailable = async () => void (await notifications.choose(officer, { email: false }));
    await run();
    expect(smtp.messages).toEqual([]);
    await notifications.choose(officer, { email: true });
  });

  it('gives up in sight of who manages the installation, and follows no redirect', async () => {
    hookAnswers = 302;
    await cutOff(await boardsIn(test.ids.sister, 1));
    await run();
    test.sources.advance(triedForMs);
    await run();
    expect(hooked.map(({ path }) => path)).toEqual(['/hook', '/hook']);
    const { channels, givenUp } = await notifications.state(test.admin);
    expect(channels).toMatchObject([
      { channel: 'email', host: '127.0.0.1', readers: 2, waiting: 0 },
      { channel: 'webhook', waiting: 0 },
    ]);
    expect(givenUp).toMatchObject([{ channel: 'webhook', errorCode: 'webhook_refused' }]);
    expect(JSON.stringify({ channels, givenUp })).not.toContain(secret);
    hookAnswers = 200;
    await expect(notifications.state(officer)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(notifications.test(officer, { channel: 'webhook' })).rejects.toMatchObject({ code: 'forbidden' });
    await notifications.test(test.admin, { channel: 'webhook' });
    await run();
    expect(JSON.parse(hooked.at(-1)!.body)).toMatchObject({ v: 1, type: 'test' });
  });

  it('reminds those who look after a board of its SIM card once a step, in one message a day', async () => {
    const [board, other] = await boardsIn(test.ids.commune, 2);
    const today = startOfDay(test.sources.now());
    const record = {
      responsibleName: '',
      responsiblePhone: '',
      latitude: null,
      longitude: null,
      simNumber: '',
      warrantyUntil: null,
      note: '',
      revision: 0,
    };
    await upkeep.put(test.admin, board!, { ...record, simPaidUntil: today + 8 * dayMs });
    await upkeep.put(test.admin, other!, { ...record, simPaidUntil: null, warrantyUntil: today + 31 * dayMs });
    const told = async (): Promise<number> => {
      await incidents.reminders.remind();
      await run();
      return smtp.messages.length;
    };
    expect(await told()).toBe(1);
    expect(lettersTo(officer)[0]).toContain('2 hạn SIM, bảo hành');
    expect(lettersTo(officer)[0]).toMatch(/Bảng 1 \(Xã An\): cước SIM trả đến hết/);
    // Neither the same day again, nor after a restart, nor the next day.
    start();
    test.sources.advance(60 * minute);
    expect(await told()).toBe(1);
    test.sources.advance(dayMs);
    expect(await told()).toBe(1);
    test.sources.advance(5 * dayMs);
    expect(await told()).toBe(2);
    test.sources.advance(dayMs);
    expect(await told()).toBe(3);
    test.sources.advance(dayMs);
    expect(await told()).toBe(3);
    expect(lettersTo(elsewhere)).toEqual([]);
  });

  it('writes no more to who wants none, or may not sign in', async () => {
    await notifications.choose(officer, { email: false });
    await under.store.write.updateTable('users').set({ active: 0 }).where('id', '=', elsewhere.userId).execute();
    await cutOff([...(await boardsIn(test.ids.commune, 1)), ...(await boardsIn(test.ids.sister, 1))]);
    await run();
    expect(smtp.messages).toEqual([]);
  });
});
