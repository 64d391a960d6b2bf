/**
 * Every route × every role × own, below, above and beside. What a route needs stands once, in `table`; the routes come from the server
 * itself, so that one that nobody has thought about fails here.
 */
import type { LightMyRequestResponse } from 'fastify';
import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { roles } from '../../shared/protocol/api/accounts.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { errorBody } from '../../shared/protocol/common.ts';
import { roleAllows, type Action, type Actor } from './access.ts';
import { sessionCookie } from './cookies.ts';
import { setSecondFactorRequired } from './features/accounts/second-factor-policy.ts';
import type { Role } from './store/schema.ts';
import { createTestApp, seedUnits, testActor, withAccount } from './testing.ts';

/** Where the thing lies, seen from the unit that the role was granted on. */
const places = ['own', 'below', 'above', 'beside'] as const;
type Place = (typeof places)[number];

interface Call {
  readonly url?: string;
  readonly payload?: object | string;
  readonly headers?: Record<string, string>;
}
interface Rule {
  /** `signedIn`: whoever has a session; `owner`: whoever made it; `public`: anybody; `board`: a board's token; `boardOrUser`: that or a session; `monitor`: the token of DATA/metrics-token. */
  readonly needs: Action | 'signedIn' | 'owner' | 'public' | 'board' | 'boardOrUser' | 'monitor';
  /** A right that does as well. */
  readonly or?: Action;
  /** The right counts only where it was granted on a province. */
  readonly ofProvince?: true;
  /** The right counts for what lies above too: what the province makes, communes use. */
  readonly above?: true;
  /** Makes what the request is about, at this unit. Left out where `needs` is no action. */
  readonly about?: (unit: string) => Promise<Call>;
  /** For lists: the field by which the answer holds what was made. Instead of a refusal, others do not see it. */
  readonly lists?: string;
  /** Codes that only somebody with the right gets to see. */
  readonly passes?: readonly string[];
}

let test: Awaited<ReturnType<typeof createTestApp>>;
let units: Awaited<ReturnType<typeof seedUnits>>;
let root: Actor;
/** Another province, and somebody who may do everything in both. */
let elsewhere: string;
let every: Actor;
type Who = Role | 'nobody' | 'all' | `${Role}OfProvince`;
const people = new Map<Who, { userId: string; cookie: string; csrf: string }>();

const unitAt = (place: Place): string =>
  ({ own: units.commune, below: units.village, above: units.province, beside: units.sister })[place];

beforeAll(async () => {
  test = await createTestApp();
  const { features, context } = test.app;
  units = await seedUnits({ context, units: features.units });
  root = await withAccount(test.app.context.store, testActor({ unitId: units.province, role: 'administrator' }));
  const other = {
    code: '98',
    name: 'Tỉnh Khác',
    level: 'province',
    parentId: null,
    validFrom: 0,
    validTo: null,
  } as const;
  elsewhere = await context.store.transaction((tx) => features.units.add(tx, other, null));
  await features.units.reload();
  every = testActor({ unitId: units.province, role: 'administrator' }, { unitId: elsewhere, role: 'administrator' });
  const accounts = [
    ...([...roles, 'nobody'] as const).map((role) => [role, units.commune, role] as const),
    ...roles.map((role) => [`${role}OfProvince`, units.province, role] as const),
  ] as const;
  for (const [key, unitId, role] of accounts) {
    const person = testActor(...(role === 'nobody' ? [] : [{ unitId, role }]));
    const { userId } = await withAccount(context.store, person);
    people.set(key, await newSession(key, userId));
  }
});
afterAll(() => test.discard());

/** A session without a sign-in: argon2 is not what this tests. */
async function newSession(key: string, userId: string): Promise<{ userId: string; cookie: string; csrf: string }> {
  const { store, sources } = test.app.context;
  const token = `token-of-${key}`;
  const now = sources.now();
  const tokenHash = createHash('sha256').update(token).digest('hex');
  await store.write
    .insertInto('sessions')
    .values({
      token_hash: tokenHash,
      user_id: userId,
      csrf_token: 'csrf',
      created_at: now,
      last_seen_at: now,
      expires_at: now + 86_400_000,
    })
    .execute();
  return { userId, cookie: `${sessionCookie}=${token}`, csrf: 'csrf' };
}

const layout = (title: string) => ({ type: 'layout' as const, layout: 'notice', fields: { title, body: 'Nội dung' } });
const always = { validFrom: null, validTo: null };

async function makeBoard(unitId: string): Promise<string> {
  const board = await test.app.features.boards.create(root, boardInput(unitId));
  return board.id;
}
async function makePaired(unitId: string): Promise<string> {
  const { store, sources } = test.app.context;
  const boardId = await makeBoard(unitId);
  const device_key = Buffer.from(sources.randomBytes(32)).toString('base64url');
  const device = { id: sources.newId(), board_id: boardId, device_key, paired_at: 0, paired_by: null };
  await store.write
    .insertInto('devices')
    .values({ ...device, ended_at: null })
    .execute();
  return boardId;
}
async function makeIncident(unitId: string): Promise<string> {
  const { store, sources } = test.app.context;
  const [id, boardId, now] = [sources.newId(), await makeBoard(unitId), sources.now()];
  const evidence = {
    there: 1,
    gone: 1,
    spanMs: 0,
    nobody: false,
    absence: null,
    back: { started: 0, ranOn: 0, playerStarted: 0 },
    machineUpMs: null,
    data: null,
    screen: null,
  };
  const times = { since: now, opened_at: now, looked_at: null, ended_at: null };
  await store.write
    .insertInto('incidents')
    .values({ id, about: 'away', kind: 'unknown', unit_id: unitId, ...times, evidence: JSON.stringify(evidence) })
    .execute();
  await store.write
    .insertInto('incident_boards')
    .values({ incident_id: id, board_id: boardId, since: now, ended_at: null })
    .execute();
  return id;
}
const upkeepInput = {
  responsibleName: 'Trần Thị Bưởi',
  responsiblePhone: '',
  latitude: 10.25,
  longitude: 105.97,
  simNumber: '',
  simPaidUntil: null,
  warrantyUntil: null,
  note: '',
  revision: 0,
};
const boardInput = (unitId: string) => ({
  unitId,
  name: 'Bảng',
  place: '',
  kind: 'lcd' as const,
  width: 640,
  height: 320,
  output: { x: 0, y: 0, width: 640, height: 320, rotation: 0 as const },
  pitchUm: null,
  readingDistanceCm: null,
  zone: 'Asia/Ho_Chi_Minh',
  groups: [],
  defaultPlaylistId: null,
});
const noticeInput = (unitId: string) => ({
  unitId,
  title: 'Tin',
  category: 'local' as const,
  durationMs: null,
  content: layout('Tin'),
});
const makeNotice = async (unitId: string): Promise<string> =>
  (await test.app.features.notices.create(root, noticeInput(unitId))).id;
async function makeBinnedNotice(unitId: string): Promise<string> {
  const id = await makeNotice(unitId);
  await test.app.features.notices.remove(root, id);
  return id;
}
async function makeSubmitted(unitId: string): Promise<string> {
  const id = await makeNotice(unitId);
  await test.app.features.approvals.submit(root, id, { revision: 1, approve: false });
  return id;
}
async function makeApproved(unitId: string): Promise<string> {
  const id = await makeSubmitted(unitId);
  await test.app.features.approvals.approve(every, id, 1);
  return id;
}
const makePlaylist = async (unitId: string): Promise<string> =>
  (await test.app.features.playlists.create(root, { unitId, name: 'Danh sách', items: [] })).id;

async function entryInput(unitId: string) {
  const targets = { unitIds: [unitId], boardIds: [] };
  // Of the province, so that the playlist is in sight and the entry's own unit alone decides.
  const playlistId = await makePlaylist(units.province);
  return {
    unitId,
    playlistId,
    name: 'Lịch',
    priority: 1,
    cron: '0 6 * * *',
    durationMs: 3_600_000,
    ...always,
    targets,
  };
}
const makeEntry = async (unitId: string): Promise<string> =>
  (await test.app.features.schedules.create(root, await entryInput(unitId))).id;

async function obligationInput(unitId: string) {
  const targets = { unitIds: [unitId], boardIds: [] };
  // Of the province, so that the notice is in sight and the obligation's own unit alone decides.
  const noticeId = await makeApproved(units.province);
  return { unitId, noticeId, perHour: 1, cron: '0 6 * * *', durationMs: 3_600_000, ...always, targets };
}
const makeObligation = async (unitId: string): Promise<string> =>
  (await test.app.features.obligations.create(root, await obligationInput(unitId))).id;
/** Of the province, for everybody below: what is asked for is the right at the receiving unit. */
const makeReceived = (): Promise<string> => makeObligation(units.province);

const mourningInput = (unitId: string) => ({
  unitId,
  reason: 'Quốc tang',
  reference: '',
  startsAt: test.app.context.sources.now(),
  endsAt: test.app.context.sources.now() + 86_400_000,
});
/** Boards go by few at a time: those that were made before are lifted. */
async function liftAll(): Promise<void> {
  const { mournings } = test.app.features;
  for (const { id, revision, state } of (await mournings.list(every)).mournings)
    if (state === 'current') await mournings.lift(every, id, revision);
}
async function makeMourning(unitId: string): Promise<string> {
  await liftAll();
  return (await test.app.features.mournings.order(root, mourningInput(unitId))).id;
}

async function makeMedia(unitId: string): Promise<string> {
  const { store, sources } = test.app.context;
  const id = sources.newId();
  await store.write
    .insertInto('media')
    .values({
      id,
      unit_id: unitId,
      name: 'ảnh.png',
      state: 'failed',
      error_code: 'file_empty',
      kind: 'image',
      hash: null,
      size: null,
      media_type: null,
      width: null,
      height: null,
      duration_ms: null,
      poster_hash: null,
      created_at: sources.now(),
      created_by: root.userId,
      deleted_at: null,
    })
    .execute();
  return id;
}

async function makeDocument(unitId: string): Promise<string> {
  const { store, sources } = test.app.context;
  const id = sources.newId();
  await store.write
    .insertInto('documents')
    .values({
      id,
      unit_id: unitId,
      name: 'thông báo.pdf',
      hash: 'd'.repeat(64),
      size: 1,
      kind: 'pdf',
      state: 'tooLong',
      error_code: null,
      page_count: 400,
      from_page: null,
      to_page: null,
      fields: null,
      notes: '[]',
      created_at: sources.now(),
      created_by: root.userId,
    })
    .execute();
  return id;
}

async function makeReadyMedia(unitId: string, digit: string): Promise<string> {
  const id = await makeMedia(unitId);
  await test.app.context.store.write
    .updateTable('media')
    .set({ state: 'ready', error_code: null, hash: digit.repeat(64) })
    .where('id', '=', id)
    .execute();
  return id;
}

async function makeDeletedMedia(unitId: string): Promise<string> {
  const id = await makeMedia(unitId);
  const deletedAt = test.app.context.sources.now();
  await test.app.context.store.write
    .updateTable('media')
    .set({ state: 'ready', error_code: null, deleted_at: deletedAt })
    .where('id', '=', id)
    .execute();
  return id;
}

const content = { event: 'Lũ', level: 3, headline: 'Lũ lên nhanh', instruction: '', senderName: 'Tỉnh' };
const takeoverInput = (boardIds: string[]) => ({
  clientId: test.app.context.sources.newId(),
  status: 'exercise' as const,
  content,
  selectors: { all: false, unitIds: [], groups: [], boardIds },
  durationMs: 60_000,
});
const makeTakeover = async (unitId: string): Promise<string> =>
  (await test.app.features.takeovers.raise(root, takeoverInput([await makeBoard(unitId)]))).id;

let invited = 0;
/** Somebody whom the administrator invited, with the least of rights at this unit. */
const inviteAt = (unitId: string) =>
  test.app.features.accounts.users.invite(root, {
    name: 'Người được mời',
    email: `moi${++invited}@example.vn`,
    grants: [{ unitId, role: 'viewer' }],
  });
/** Who writes notices there, and has chosen a password. */
async function makeColleague(): Promise<string> {
  const id = await makeUser(units.commune);
  const { write } = test.app.context.store;
  await write.updateTable('users').set({ password_hash: 'x' }).where('id', '=', id).execute();
  await write.insertInto('grants').values({ user_id: id, unit_id: units.commune, role: 'editor' }).execute();
  return id;
}
const standInAt = (unitId: string, userId: string) => {
  const startsAt = test.app.context.sources.now();
  return { unitId, userId, startsAt, endsAt: startsAt + 86_400_000 };
};
const makeUser = async (unitId: string): Promise<string> => (await inviteAt(unitId)).user.id;
let bodies = 0;
const bodyInput = () => ({ code: `B${++bodies}`, name: 'Mặt trận', level: 'body' as const, from: '2026-06-01' });
/** A body under a unit, with a change that is planned. */
async function makeBody(parentId: string): Promise<string> {
  const { units: service } = test.app.features;
  const { unit } = await service.create(every, { ...bodyInput(), parentId });
  await service.change(every, unit.id, { name: 'Tên mới', from: '2026-07-01' });
  return unit.id;
}
const plannedAt = Date.UTC(2026, 5, 30, 17);

const at =
  (url: string, make: (unit: string) => Promise<string>) =>
  async (unit: string): Promise<Call> => ({ url: url.replace(':id', await make(unit)) });
const listOf =
  (make: (unit: string) => Promise<string>) =>
  async (unit: string): Promise<Call> => ({ headers: { 'x-made': await make(unit) } });
const tus = (unitId: string): Record<string, string> => ({
  'tus-resumable': '1.0.0',
  'upload-length': '9',
  'upload-metadata': `unitId ${Buffer.from(unitId).toString('base64')},filename ${Buffer.from('a.png').toString('base64')}`,
});
/** An upload that the administrator began. */
const makeUpload = (): Promise<Call> => beginUpload('/api/uploads');
const makeDocumentUpload = (): Promise<Call> => beginUpload('/api/document-uploads');
async function beginUpload(path: string): Promise<Call> {
  const uploader = people.get('administrator')!;
  const response = await test.app.fastify.inject({
    method: 'POST',
    url: path,
    headers: { cookie: uploader.cookie, 'x-csrf-token': uploader.csrf, ...tus(units.commune) },
  });
  expect(response.statusCode).toBe(201);
  const id = String(response.headers.location).split('/').at(-1)!;
  return {
    url: `${path}/${id}`,
    headers: { 'tus-resumable': '1.0.0', 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
  };
}

const table: Record<string, Rule> = {
  'GET /health': { needs: 'public' },
  'GET /metrics': { needs: 'monitor' },
  'GET /api/time': { needs: 'public' },
  'GET /api/board/time': { needs: 'public' },
  'GET /api/session': { needs: 'public' },
  'POST /api/session': { needs: 'public' },
  'POST /api/setup': { needs: 'public' },
  'POST /api/setup/check': { needs: 'public' },
  'POST /api/pairing': { needs: 'public' },
  'POST /api/pairing/:id/reveal': { needs: 'public' },
  'GET /api/pairing/:id': { needs: 'public' },
  'POST /api/account-links/check': { needs: 'public' },
  'POST /api/account-links/use': { needs: 'public' },
  'GET /api/account/sessions': { needs: 'signedIn' },
  'DELETE /api/account/sessions': { needs: 'signedIn' },
  'DELETE /api/account/sessions/:sessionId': { needs: 'signedIn' },
  'POST /api/account/password': { needs: 'signedIn' },
  'GET /api/account/delegations': { needs: 'signedIn' },
  'GET /api/account/delegates': {
    needs: 'content.approve',
    about: (unit) => Promise.resolve({ url: `/api/account/delegates?unitId=${unit}` }),
  },
  'POST /api/account/delegations': {
    needs: 'content.approve',
    about: (unitId) => Promise.resolve({ payload: standInAt(unitId, randomUUID()) }),
    passes: ['delegate_unknown'],
  },
  // Only one's own: see features/accounts/delegations.store.test.ts.
  'DELETE /api/account/delegations/:id': { needs: 'signedIn' },
  'POST /api/session/second-factor': { needs: 'signedIn' },
  'GET /api/account/second-factor': { needs: 'signedIn' },
  'POST /api/account/second-factor/begin': { needs: 'signedIn' },
  'POST /api/account/second-factor/confirm': { needs: 'signedIn' },
  'POST /api/account/second-factor/recovery-codes': { needs: 'signedIn' },
  'POST /api/account/second-factor/remove': { needs: 'signedIn' },
  'GET /api/settings': { needs: 'signedIn' },
  // Everywhere at once: see features/accounts/second-factor.store.test.ts.
  'PUT /api/settings': { needs: 'installation.manage' },
  'GET /api/takeover-templates': { needs: 'takeover.raise' },
  // Everywhere at once: see features/takeovers/templates.store.test.ts.
  'PUT /api/takeover-templates': { needs: 'takeover.raise' },
  'GET /api/categories': { needs: 'signedIn' },
  // Everywhere at once: see features/categories/categories.store.test.ts.
  'PUT /api/categories': { needs: 'category.edit' },
  'GET /api/categories/uses': { needs: 'category.edit' },
  'GET /api/openapi.json': { needs: 'signedIn' },
  'DELETE /api/session': { needs: 'signedIn' },
  'GET /content/assets/:hash': { needs: 'boardOrUser' },
  'GET /content/parts/:hash': { needs: 'boardOrUser' },

  'GET /api/units/:id': { needs: 'unit.read', about: (unit) => Promise.resolve({ url: `/api/units/${unit}` }) },
  'POST /api/units': {
    needs: 'unit.edit',
    ofProvince: true,
    about: (unit) => Promise.resolve({ payload: { ...bodyInput(), parentId: unit } }),
  },
  'POST /api/units/:id/changes': {
    needs: 'unit.edit',
    ofProvince: true,
    about: (unit) =>
      Promise.resolve({ url: `/api/units/${unit}/changes`, payload: { name: 'Tên', from: '2026-07-01' } }),
  },
  'POST /api/units/:id/merge': {
    needs: 'unit.edit',
    ofProvince: true,
    about: async (unit) => ({
      url: `/api/units/${await makeBody(unit)}/merge`,
      payload: { intoId: unit, from: '2026-07-02' },
    }),
  },
  'POST /api/units/:id/cancel': {
    needs: 'unit.edit',
    ofProvince: true,
    about: async (unit) => ({ url: `/api/units/${await makeBody(unit)}/cancel`, payload: { at: plannedAt } }),
  },
  'POST /api/units/import': {
    needs: 'unit.edit',
    ofProvince: true,
    about: (unit) => {
      const code = unit === elsewhere ? '98' : '99';
      const csv = `province_code,province_name,code,name\n${code},Tỉnh,${code}${String(++bodies).padStart(3, '0')},Xã`;
      const url = `/api/units/import?from=2026-06-01&provinces=${code}`;
      return Promise.resolve({ url, payload: csv, headers: { 'content-type': 'text/csv' } });
    },
  },
  'GET /api/units': { needs: 'unit.read', lists: 'id', about: listOf((unit) => Promise.resolve(unit)) },

  'GET /api/users': {
    needs: 'user.manage',
    lists: 'id',
    about: async (unit) => {
      const { user } = await inviteAt(unit);
      return { url: `/api/users?query=${user.email}`, headers: { 'x-made': user.id } };
    },
  },
  'POST /api/users': {
    needs: 'user.manage',
    about: (unitId) =>
      Promise.resolve({
        payload: { name: 'Mới', email: `moi${++invited}@example.vn`, grants: [{ unitId, role: 'viewer' }] },
      }),
  },
  'GET /api/audit': {
    needs: 'audit.read',
    about: (unit) => Promise.resolve({ url: `/api/audit?unitId=${unit}` }),
  },
  'GET /api/users/:id': { needs: 'user.manage', about: at('/api/users/:id', makeUser) },
  'PATCH /api/users/:id': {
    needs: 'user.manage',
    about: async (unit) => ({ url: `/api/users/${await makeUser(unit)}`, payload: { name: 'Khác' } }),
  },
  'POST /api/users/:id/grants': {
    needs: 'user.manage',
    about: async (unitId) => ({
      url: `/api/users/${await makeUser(unitId)}/grants`,
      payload: { unitId, role: 'technician' },
    }),
  },
  'DELETE /api/users/:id/grants/:unitId/:role': {
    needs: 'user.manage',
    about: async (unit) => ({ url: `/api/users/${await makeUser(unit)}/grants/${unit}/viewer` }),
  },
  'PUT /api/users/:id/active': {
    needs: 'user.manage',
    about: async (unit) => ({ url: `/api/users/${await makeUser(unit)}/active`, payload: { active: false } }),
  },
  'POST /api/users/:id/link': { needs: 'user.manage', about: at('/api/users/:id/link', makeUser) },
  'DELETE /api/users/:id/link': { needs: 'user.manage', about: at('/api/users/:id/link', makeUser) },
  'DELETE /api/users/:id/second-factor': {
    needs: 'user.manage',
    about: at('/api/users/:id/second-factor', makeUser),
  },
  'GET /api/users/:id/sessions': { needs: 'user.manage', about: at('/api/users/:id/sessions', makeUser) },
  'DELETE /api/users/:id/sessions': { needs: 'user.manage', about: at('/api/users/:id/sessions', makeUser) },
  'DELETE /api/users/:id/sessions/:sessionId': {
    needs: 'user.manage',
    about: async (unit) => {
      const { user, link } = await inviteAt(unit);
      // A session as the link begins it; its password is hashed, which takes its time.
      const request = { token: link.token, password: 'mật khẩu đủ dài' };
      await test.app.features.accounts.users.links.use(request, { address: '127.0.0.1', userAgent: null });
      const [session] = await test.app.features.accounts.users.sessions(root, user.id);
      return { url: `/api/users/${user.id}/sessions/${session!.id}` };
    },
  },

  'GET /api/boards': { needs: 'board.read', lists: 'id', about: listOf(makeBoard) },
  'GET /api/boards/:id': { needs: 'board.read', about: at('/api/boards/:id', makeBoard) },
  'GET /api/boards/:id/absence': { needs: 'board.read', about: at('/api/boards/:id/absence', makeBoard) },
  'GET /api/boards/:id/status': { needs: 'board.read', about: at('/api/boards/:id/status', makeBoard) },
  'POST /api/boards': { needs: 'board.edit', about: (unit) => Promise.resolve({ payload: boardInput(unit) }) },
  'PATCH /api/boards/:id': {
    needs: 'board.edit',
    about: async (unit) => ({ url: `/api/boards/${await makeBoard(unit)}`, payload: { name: 'Khác' } }),
  },
  'DELETE /api/boards/:id': { needs: 'board.edit', about: at('/api/boards/:id', makeBoard) },
  'POST /api/boards/:id/restore': {
    needs: 'board.edit',
    about: at('/api/boards/:id/restore', async (unit) => {
      const id = await makeBoard(unit);
      await test.app.features.boards.remove(root, id);
      return id;
    }),
  },
  // Of notices; what each other kind needs: features/bin/bin.store.test.ts.
  'GET /api/bin': {
    needs: 'content.edit',
    lists: 'id',
    about: async (unit) => ({ url: '/api/bin?kind=notice', headers: { 'x-made': await makeBinnedNotice(unit) } }),
  },
  'GET /api/boards/:id/upkeep': { needs: 'board.edit', about: at('/api/boards/:id/upkeep', makeBoard) },
  'PUT /api/boards/:id/upkeep': {
    needs: 'board.edit',
    about: async (unit) => ({ url: `/api/boards/${await makeBoard(unit)}/upkeep`, payload: upkeepInput }),
  },
  'GET /api/upkeep/due': {
    needs: 'board.edit',
    lists: 'boardId',
    about: listOf(async (unit) => {
      const boardId = await makeBoard(unit);
      await test.app.features.upkeep.put(every, boardId, { ...upkeepInput, simPaidUntil: 1 });
      return boardId;
    }),
  },
  'GET /api/incidents': { needs: 'board.read', lists: 'id', about: listOf(makeIncident) },
  // A number of those that one sees: see features/incidents/incidents.store.test.ts.
  'GET /api/incidents/open': { needs: 'signedIn' },
  'GET /api/incidents/policy': { needs: 'signedIn' },
  // Of all boards at once: see features/incidents/incidents.store.test.ts.
  'PUT /api/incidents/policy': { needs: 'board.edit' },
  'GET /api/account/notifications': { needs: 'signedIn' },
  'PUT /api/account/notifications': { needs: 'signedIn' },
  // Everywhere at once: see features/notifications/notifications.store.test.ts.
  'GET /api/notifications': { needs: 'installation.manage' },
  'POST /api/notifications/test': { needs: 'installation.manage' },
  // Everywhere at once: see features/updates/updates.store.test.ts.
  'GET /api/updates': { needs: 'installation.manage' },
  'POST /api/updates/releases': { needs: 'installation.manage' },
  'POST /api/updates/orders': { needs: 'installation.manage' },
  'POST /api/updates/stop': { needs: 'installation.manage' },
  'GET /api/board/releases/:hash': { needs: 'board' },
  'GET /api/boards/:id/events': { needs: 'board.read', about: at('/api/boards/:id/events', makeBoard) },
  'POST /api/boards/:id/pairing': {
    needs: 'board.pair',
    about: async (unit) => ({ url: `/api/boards/${await makeBoard(unit)}/pairing`, payload: { code: 'ABCD1234' } }),
    passes: ['pairing_code_unknown', 'pairing_throttled'],
  },
  'GET /api/boards/:id/pairing': { needs: 'board.read', about: at('/api/boards/:id/pairing', makeBoard) },
  'POST /api/boards/:id/unpair': {
    needs: 'board.pair',
    about: async (unit) => ({
      url: `/api/boards/${await makePaired(unit)}/unpair`,
      payload: { reason: 'Mất máy', pairedAt: 0 },
    }),
  },
  'POST /api/boards/:id/technician-code': {
    needs: 'board.command',
    about: async (unit) => ({
      url: `/api/boards/${await makeBoard(unit)}/technician-code`,
      payload: { challenge: 'ABCD1234' },
    }),
    passes: ['board_not_paired'],
  },
  'GET /api/board/speed': { needs: 'board' },
  'PUT /api/board/speed': { needs: 'board' },
  // Only for the command's own board: see features/commands/commands.store.test.ts.
  'PUT /api/board/logs/:id': { needs: 'board' },
  'GET /api/boards/:id/logs/:commandId': {
    needs: 'board.command',
    about: async (unit) => ({ url: `/api/boards/${await makeBoard(unit)}/logs/${randomUUID()}` }),
    passes: ['log_unknown'],
  },
  'POST /api/boards/:id/orders/copies': {
    needs: 'board.command',
    about: async (unit) => ({
      url: `/api/boards/${await makeBoard(unit)}/orders/copies`,
      payload: { names: ['setVolume'], boardIds: [await makeBoard(unit)] },
    }),
    passes: ['order_none'],
  },
  'GET /api/boards/:id/cut': { needs: 'board.read', about: at('/api/boards/:id/cut', makeBoard) },
  'GET /api/boards/:id/commands': {
    needs: 'board.cut',
    about: async (unit) => ({ url: `/api/boards/${await makeBoard(unit)}/commands` }),
  },
  'POST /api/boards/:id/commands': {
    needs: 'board.command',
    about: async (unit) => ({ url: `/api/boards/${await makeBoard(unit)}/commands`, payload: { name: 'identify' } }),
    passes: ['board_offline'],
  },
  'POST /api/boards/:id/screenshots': {
    needs: 'board.command',
    about: at('/api/boards/:id/screenshots', makeBoard),
    passes: ['board_offline'],
  },
  'GET /api/boards/:id/screenshots': { needs: 'screenshot.read', about: at('/api/boards/:id/screenshots', makeBoard) },
  'GET /api/boards/:id/screenshots/:screenshotId/picture': {
    needs: 'screenshot.read',
    about: async (unit) => ({
      url: `/api/boards/${await makeBoard(unit)}/screenshots/${test.app.context.sources.newId()}/picture`,
    }),
    passes: ['screenshot_unknown'],
  },
  'GET /api/boards/:id/samples': { needs: 'screenshot.read', about: at('/api/boards/:id/samples', makeBoard) },
  'GET /api/boards/:id/samples/room': {
    needs: 'board.command',
    about: async (unit) => ({ url: `/api/boards/${await makeBoard(unit)}/samples/room` }),
  },
  'GET /api/boards/:id/samples/:sampleId/picture': {
    needs: 'screenshot.read',
    about: async (unit) => ({
      url: `/api/boards/${await makeBoard(unit)}/samples/${test.app.context.sources.newId()}/picture`,
    }),
    passes: ['screenshot_unknown'],
  },
  // Each board brings its own: see features/samples/samples.test.ts.
  'PUT /api/board/samples/:id': { needs: 'board' },
  // Only for the command's own board: see features/screenshots/screenshots.test.ts.
  'PUT /api/board/screenshots/:id': { needs: 'board' },

  'GET /api/media': { needs: 'content.read', above: true, lists: 'id', about: listOf(makeMedia) },
  'GET /api/media/:id': { needs: 'content.read', above: true, about: at('/api/media/:id', makeMedia) },
  'GET /api/media/tags': { needs: 'signedIn' },
  'PATCH /api/media/:id': {
    needs: 'content.edit',
    about: async (unit) => ({
      url: `/api/media/${await makeMedia(unit)}`,
      payload: { name: 'Khác', addTags: ['Tết'] },
    }),
  },
  'GET /api/media/:id/uses': { needs: 'content.read', above: true, about: at('/api/media/:id/uses', makeMedia) },
  'POST /api/media/:id/restore': { needs: 'content.edit', about: at('/api/media/:id/restore', makeDeletedMedia) },
  'POST /api/media/:id/replace': {
    needs: 'content.edit',
    about: async (unit) => ({
      url: `/api/media/${await makeReadyMedia(unit, '1')}/replace`,
      // Of a unit that everyone sees: what is asked for is the right to what is replaced.
      payload: { by: await makeReadyMedia(units.province, '2') },
    }),
  },
  'DELETE /api/media/:id': { needs: 'content.edit', about: at('/api/media/:id', makeMedia) },
  // What the person sent, and nobody else's: media.store.test.ts.
  'GET /api/uploads': { needs: 'signedIn' },
  'POST /api/uploads': { needs: 'content.edit', about: (unit) => Promise.resolve({ headers: tus(unit) }) },
  'HEAD /api/uploads/:id': { needs: 'owner', about: makeUpload },
  'PATCH /api/uploads/:id': { needs: 'owner', about: makeUpload },
  'DELETE /api/uploads/:id': { needs: 'owner', about: makeUpload },
  'POST /api/document-uploads': { needs: 'content.edit', about: (unit) => Promise.resolve({ headers: tus(unit) }) },
  'HEAD /api/document-uploads/:id': { needs: 'owner', about: makeDocumentUpload },
  'PATCH /api/document-uploads/:id': { needs: 'owner', about: makeDocumentUpload },
  'DELETE /api/document-uploads/:id': { needs: 'owner', about: makeDocumentUpload },
  'GET /api/documents/:id': { needs: 'content.read', about: at('/api/documents/:id', makeDocument) },
  'POST /api/documents/:id/read': {
    needs: 'content.edit',
    about: async (unit) => ({
      url: `/api/documents/${await makeDocument(unit)}/read`,
      payload: { from: 1, to: 2 },
    }),
  },
  'GET /api/documents/:id/file': {
    needs: 'content.read',
    passes: ['document_file_gone'],
    about: at('/api/documents/:id/file', makeDocument),
  },
  // What the person sent, and nobody else's: documents.store.test.ts.
  'GET /api/document-uploads': { needs: 'signedIn' },
  'DELETE /api/documents/:id': { needs: 'content.edit', about: at('/api/documents/:id', makeDocument) },

  'GET /api/notices': { needs: 'content.read', above: true, lists: 'id', about: listOf(makeApproved) },
  'GET /api/notices/:id': { needs: 'content.read', above: true, about: at('/api/notices/:id', makeApproved) },
  'POST /api/notices': { needs: 'content.edit', about: (unit) => Promise.resolve({ payload: noticeInput(unit) }) },
  'PUT /api/notices/:id': {
    needs: 'content.edit',
    about: async (unit) => ({
      url: `/api/notices/${await makeNotice(unit)}`,
      payload: { ...noticeInput(unit), revision: 1 },
    }),
  },
  'GET /api/desk': { needs: 'signedIn' },
  'GET /api/notices/:id/approval': { needs: 'content.read', about: at('/api/notices/:id/approval', makeNotice) },
  'POST /api/notices/:id/submit': {
    needs: 'content.edit',
    about: async (unit) => ({
      url: `/api/notices/${await makeNotice(unit)}/submit`,
      payload: { revision: 1, approve: false },
    }),
  },
  'POST /api/notices/:id/approve': {
    needs: 'content.approve',
    about: async (unit) => ({ url: `/api/notices/${await makeSubmitted(unit)}/approve`, payload: { version: 1 } }),
  },
  'POST /api/notices/:id/return': {
    needs: 'content.approve',
    about: async (unit) => ({
      url: `/api/notices/${await makeSubmitted(unit)}/return`,
      payload: { version: 1, remark: 'Thiếu ngày họp' },
    }),
  },
  'GET /api/notices/:id/takedowns': {
    needs: 'content.read',
    above: true,
    about: at('/api/notices/:id/takedowns', makeNotice),
  },
  'POST /api/notices/:id/take-down': {
    needs: 'content.approve',
    about: async (unit) => ({
      url: `/api/notices/${await makeNotice(unit)}/take-down`,
      payload: { reason: 'Sai giờ họp' },
    }),
  },
  'POST /api/notices/:id/put-back': {
    needs: 'content.approve',
    about: async (unit) => {
      const id = await makeNotice(unit);
      await test.app.features.takedowns.takeDown(root, id, 'Sai giờ họp');
      return { url: `/api/notices/${id}/put-back` };
    },
  },
  'GET /api/units/:id/publishers': {
    needs: 'content.edit',
    or: 'board.edit',
    about: (unit) => Promise.resolve({ url: `/api/units/${unit}/publishers` }),
  },
  'GET /api/units/:id/approvers': {
    needs: 'content.edit',
    about: (unit) => Promise.resolve({ url: `/api/units/${unit}/approvers` }),
  },
  'GET /api/units/:id/self-approval': {
    needs: 'unit.read',
    about: (unit) => Promise.resolve({ url: `/api/units/${unit}/self-approval` }),
  },
  'PUT /api/units/:id/self-approval': {
    needs: 'unit.edit',
    ofProvince: true,
    about: (unit) => Promise.resolve({ url: `/api/units/${unit}/self-approval`, payload: { allowed: false } }),
  },
  'DELETE /api/notices/:id': { needs: 'content.edit', about: at('/api/notices/:id?revision=1', makeNotice) },
  'POST /api/notices/:id/restore': { needs: 'content.edit', about: at('/api/notices/:id/restore', makeBinnedNotice) },

  'GET /api/playlists': { needs: 'content.read', above: true, lists: 'id', about: listOf(makePlaylist) },
  'GET /api/playlists/:id': { needs: 'content.read', above: true, about: at('/api/playlists/:id', makePlaylist) },
  'POST /api/playlists': {
    needs: 'content.edit',
    about: (unitId) => Promise.resolve({ payload: { unitId, name: 'Danh sách', items: [] } }),
  },
  'PUT /api/playlists/:id': {
    needs: 'content.edit',
    about: async (unitId) => ({
      url: `/api/playlists/${await makePlaylist(unitId)}`,
      payload: { unitId, name: 'Khác', items: [], revision: 1 },
    }),
  },
  'DELETE /api/playlists/:id': { needs: 'content.edit', about: at('/api/playlists/:id?revision=1', makePlaylist) },
  'POST /api/playlists/:id/restore': {
    needs: 'content.edit',
    about: at('/api/playlists/:id/restore', async (unit) => {
      const id = await makePlaylist(unit);
      await test.app.features.playlists.remove(root, id);
      return id;
    }),
  },

  'GET /api/schedule-entries': { needs: 'content.read', above: true, lists: 'id', about: listOf(makeEntry) },
  'GET /api/schedule-entries/terms': {
    needs: 'content.read',
    above: true,
    lists: 'entryId',
    about: async (unit) => ({
      url: `/api/schedule-entries/terms?from=${Date.now() - 3_600_000}&to=${Date.now() + 3_600_000}&unitId=${unit}`,
      headers: { 'x-made': await makeEntry(unit) },
    }),
  },
  'GET /api/schedule-entries/:id': {
    needs: 'content.read',
    above: true,
    about: at('/api/schedule-entries/:id', makeEntry),
  },
  'POST /api/schedule-entries': {
    needs: 'schedule.edit',
    about: async (unit) => ({ payload: await entryInput(unit) }),
  },
  'PUT /api/schedule-entries/:id': {
    needs: 'schedule.edit',
    about: async (unit) => ({
      url: `/api/schedule-entries/${await makeEntry(unit)}`,
      payload: { ...(await entryInput(unit)), revision: 1 },
    }),
  },
  'DELETE /api/schedule-entries/:id': {
    needs: 'schedule.edit',
    about: at('/api/schedule-entries/:id?revision=1', makeEntry),
  },
  'POST /api/schedule-entries/:id/restore': {
    needs: 'schedule.edit',
    about: at('/api/schedule-entries/:id/restore', async (unit) => {
      const id = await makeEntry(unit);
      await test.app.features.schedules.remove(root, id);
      return id;
    }),
  },

  'GET /api/obligations': { needs: 'content.read', lists: 'id', about: listOf(makeObligation) },
  'GET /api/obligations/:id': { needs: 'content.read', above: true, about: at('/api/obligations/:id', makeObligation) },
  'POST /api/obligations': {
    needs: 'obligation.edit',
    about: async (unit) => ({ payload: await obligationInput(unit) }),
  },
  'PUT /api/obligations/:id': {
    needs: 'obligation.edit',
    about: async (unit) => ({
      url: `/api/obligations/${await makeObligation(unit)}`,
      payload: { ...(await obligationInput(unit)), revision: 1 },
    }),
  },
  'POST /api/obligations/:id/end': {
    needs: 'obligation.edit',
    about: async (unit) => ({
      url: `/api/obligations/${await makeObligation(unit)}/end`,
      payload: { revision: 1, reason: 'Xong' },
    }),
  },
  'GET /api/obligations/:id/plays': {
    needs: 'proof.read',
    about: async (unit) => ({
      url: `/api/obligations/${await makeObligation(unit)}/plays?unitId=${unit}&from=0&to=1`,
    }),
  },
  'GET /api/obligations/matrix': {
    needs: 'proof.read',
    about: (unit) => Promise.resolve({ url: `/api/obligations/matrix?unitId=${unit}&from=0&to=1` }),
  },
  // A village is answered for by its commune.
  'GET /api/obligation-receipts': {
    needs: 'content.read',
    about: (unit) => Promise.resolve({ url: `/api/obligation-receipts?unitId=${unit}` }),
  },
  'POST /api/obligation-receipts/received': {
    needs: 'obligation.accept',
    about: async (unitId) => ({ payload: { unitId, ids: [await makeReceived()] } }),
  },
  'POST /api/obligation-receipts/accept': {
    needs: 'obligation.accept',
    about: async (unitId) => {
      await makeBoard(unitId);
      return { payload: { unitId, id: await makeReceived() } };
    },
  },
  'PUT /api/obligation-receipts/order': {
    needs: 'obligation.accept',
    about: (unitId) => Promise.resolve({ payload: { unitId, ids: [] } }),
    passes: ['obligations_changed'],
  },

  'GET /api/mournings': { needs: 'content.read', above: true, lists: 'id', about: listOf(makeMourning) },
  'GET /api/mournings/:id': { needs: 'content.read', above: true, about: at('/api/mournings/:id', makeMourning) },
  'POST /api/mournings': {
    needs: 'mourning.order',
    about: async (unit) => {
      await liftAll();
      return { payload: mourningInput(unit) };
    },
  },
  'POST /api/mournings/preview': {
    needs: 'mourning.order',
    about: (unitId) => Promise.resolve({ payload: { unitId } }),
  },
  'PUT /api/mournings/:id': {
    needs: 'mourning.order',
    about: async (unit) => ({
      url: `/api/mournings/${await makeMourning(unit)}`,
      payload: { revision: 1, endsAt: test.app.context.sources.now() + 3_600_000 },
    }),
  },
  'POST /api/mournings/:id/lift': {
    needs: 'mourning.order',
    about: async (unit) => ({
      url: `/api/mournings/${await makeMourning(unit)}/lift`,
      payload: { revision: 1 },
    }),
  },

  'POST /api/programmes/preview': {
    needs: 'board.read',
    about: async (unit) => ({ payload: { boardIds: [await makeBoard(unit)] } }),
  },
  'POST /api/programmes/holding': {
    needs: 'board.read',
    about: async (unit) => ({
      payload: { noticeId: randomUUID(), boardIds: [await makeBoard(unit)] },
    }),
  },
  'GET /api/boards/:id/changes': { needs: 'board.read', about: at('/api/boards/:id/changes', makeBoard) },
  'GET /api/boards/:id/programme': { needs: 'board.read', about: at('/api/boards/:id/programme', makeBoard) },
  'POST /api/coverage': {
    needs: 'board.read',
    about: async (unit) => ({ payload: { boardIds: [await makeBoard(unit)], from: 0, to: 1 } }),
  },
  'POST /api/programmes/publish': {
    needs: 'programme.publish',
    about: async (unit) => ({ payload: { boardIds: [await makeBoard(unit)] } }),
  },

  'GET /api/plays': {
    needs: 'proof.read',
    about: async (unit) => ({ url: `/api/plays?boardId=${await makeBoard(unit)}` }),
  },
  'GET /api/plays/counts': {
    needs: 'proof.read',
    about: async (unit) => ({ url: `/api/plays/counts?boardId=${await makeBoard(unit)}&from=0&to=1` }),
  },

  'GET /api/overview': {
    needs: 'board.read',
    about: (unit) => Promise.resolve({ url: `/api/overview?unitId=${unit}` }),
  },
  'GET /api/overview/plays': {
    needs: 'proof.read',
    about: (unit) => Promise.resolve({ url: `/api/overview/plays?by=board&unitId=${unit}` }),
  },
  'GET /api/overview/plays.csv': {
    needs: 'proof.read',
    passes: ['plays_tallying'],
    about: (unit) => Promise.resolve({ url: `/api/overview/plays.csv?by=board&language=vi&unitId=${unit}` }),
  },
  'GET /api/overview/boards': {
    needs: 'board.read',
    about: async (unit) => ({
      ...(await listOf(makeBoard)(unit)),
      url: '/api/overview/boards?condition=unpaired&limit=1000',
    }),
    lists: 'id',
  },
  'GET /api/overview/start': { needs: 'signedIn' },

  'POST /api/takeovers/preview': {
    needs: 'takeover.raise',
    about: async (unit) => ({
      payload: { selectors: { all: false, unitIds: [], groups: [], boardIds: [await makeBoard(unit)] } },
    }),
  },
  'POST /api/takeovers': {
    needs: 'takeover.raise',
    about: async (unit) => ({ payload: takeoverInput([await makeBoard(unit)]) }),
  },
  'GET /api/takeovers': { needs: 'takeover.read', lists: 'id', about: listOf(makeTakeover) },
  'GET /api/takeovers/:id': { needs: 'takeover.read', about: at('/api/takeovers/:id', makeTakeover) },
  'POST /api/takeovers/:id/all-clear': {
    needs: 'takeover.raise',
    about: at('/api/takeovers/:id/all-clear', makeTakeover),
  },
};

/** Fastify answers HEAD where it answers GET, through the same route. */
function isShadow(method: string, url: string): boolean {
  return method === 'HEAD' && `GET ${url}` in table;
}

function call(
  rule: string,
  { url, payload, headers }: Call,
  who: Who | null,
  csrf = true,
): Promise<LightMyRequestResponse> {
  const [method, path] = rule.split(' ') as ['GET', string];
  const person = who === null ? null : people.get(who)!;
  return test.app.fastify.inject({
    method,
    url: url ?? path.replace(':id', '00000000-0000-7000-8000-000000000000').replace(':hash', '0'.repeat(64)),
    ...(payload === undefined ? {} : { payload }),
    headers: {
      ...headers,
      ...(person ? { cookie: person.cookie, ...(csrf ? { 'x-csrf-token': person.csrf } : {}) } : {}),
    },
  });
}

function verdict(rule: Rule, response: LightMyRequestResponse): 'allowed' | 'refused' {
  if (response.statusCode < 300) return 'allowed';
  // A HEAD has no body; tus answers 404 to whoever did not begin the upload.
  if (response.body === '' && response.statusCode === 404) return 'refused';
  const { code } = errorBody.parse(response.json()).error;
  if (rule.passes?.includes(code)) return 'allowed';
  if ((response.statusCode === 403 && code === 'forbidden') || (response.statusCode === 404 && /_unknown$/.test(code)))
    return 'refused';
  throw new Error(`Neither allowed nor refused: ${response.statusCode} ${response.body}`);
}

function holds(body: unknown, key: string, id: string): boolean {
  return Object.values(body as Record<string, unknown>).some(
    (list) => Array.isArray(list) && list.some((item: Record<string, unknown>) => item[key] === id),
  );
}

const mayBy = ({ needs, or }: Rule, role: Role): boolean =>
  roleAllows(role, needs as Action) || (or !== undefined && roleAllows(role, or));

function expected(rule: Rule, role: Role | 'nobody', place: Place): 'allowed' | 'refused' {
  // The administrator begins every upload here.
  if (rule.needs === 'owner') return role === 'administrator' ? 'allowed' : 'refused';
  if (role === 'nobody') return 'refused';
  if (!mayBy(rule, role) || rule.ofProvince) return 'refused';
  return place === 'own' || place === 'below' || (place === 'above' && rule.above === true) ? 'allowed' : 'refused';
}

const actions = Object.entries(table).filter(([, { about }]) => about !== undefined) as [
  string,
  Rule & Required<Pick<Rule, 'about'>>,
][];

describe('the table of rights', () => {
  it('names every route that the server has, and no other', () => {
    const routes = test.app.routes().filter(({ method, url }) => !isShadow(method, url));
    expect(routes.map(({ method, url }) => `${method} ${url}`).toSorted()).toEqual(Object.keys(table).toSorted());
  });

  it('leaves no HEAD to what is written down when it is taken', () => {
    const heads = test.app.routes().filter(({ method }) => method === 'HEAD');
    for (const url of ['/api/documents/:id/file', '/api/overview/plays.csv'])
      expect(heads).not.toContainEqual(expect.objectContaining({ url }));
    expect(heads).toContainEqual(expect.objectContaining({ url: '/api/documents/:id' }));
  });

  it('says of each route what it declares itself', () => {
    for (const { method, url, auth } of test.app.routes()) {
      if (isShadow(method, url)) continue;
      const { needs } = table[`${method} ${url}`]!;
      expect(`${method} ${url} ${auth}`).toBe(
        `${method} ${url} ${['public', 'board', 'boardOrUser', 'monitor'].includes(needs) ? needs : 'user'}`,
      );
    }
  });
});

it.each(Object.entries(table).filter(([, { needs }]) => needs !== 'public'))('%s asks for a session', async (rule) => {
  expect((await call(rule, {}, null)).statusCode).toBe(401);
});

const changing = Object.entries(table).filter(
  ([rule, { needs }]) => needs !== 'public' && needs !== 'board' && !/^(GET|HEAD) /.test(rule),
);
it.each(changing)("%s asks for the session's token in a header", async (rule) => {
  const response = await call(rule, {}, 'administrator', false);
  expect(response.statusCode).toBe(403);
  expect(errorBody.parse(response.json()).error.code).toBe('csrf_token_invalid');
});

it('no session opens what is for boards', async () => {
  const rule = 'PUT /api/board/screenshots/:id';
  const response = await call(rule, { payload: 'x', headers: { 'content-type': 'image/webp' } }, 'administrator');
  expect([response.statusCode, errorBody.parse(response.json()).error.code]).toEqual([401, 'token_missing']);
});

it('who is signed in is told to that session alone; to anybody else that nobody is, which is no error', async () => {
  const ask = (cookies: Record<string, string>) => test.app.fastify.inject({ url: '/api/session', cookies });
  for (const cookies of [{}, { bt_session: '' }, { bt_session: 'x'.repeat(43) }]) {
    const nobody = await ask(cookies);
    expect([nobody.statusCode, nobody.body]).toEqual([204, '']);
  }
  const somebody = await call('GET /api/session', {}, 'viewer');
  expect([somebody.statusCode, somebody.headers['cache-control']]).toEqual([200, 'no-store']);
});

it('no session opens what is for who watches the server', async () => {
  expect((await call('GET /metrics', {}, 'administratorOfProvince')).statusCode).toBe(401);
  const wrong = await call('GET /metrics', { headers: { authorization: `Bearer ${'x'.repeat(32)}` } }, null);
  expect(wrong.statusCode).toBe(401);
  const token = await readFile(join(test.folder, 'metrics-token'), 'utf8');
  const right = await call('GET /metrics', { headers: { authorization: `Bearer ${token}` } }, null);
  expect(right.statusCode).toBe(200);
  expect(right.body).toContain('bang_tin_boards_online 0');
});

/** What leads to a session that opens the rest. */
const beforeSecondFactor = [
  'DELETE /api/session',
  'POST /api/session/second-factor',
  'POST /api/account/second-factor/begin',
  'POST /api/account/second-factor/confirm',
];
describe('a session whose second factor is yet to be shown', () => {
  beforeAll(async () => {
    const { store } = test.app.context;
    const { userId } = people.get('nobody')!;
    await store.write
      .insertInto('second_factors')
      .values({ user_id: userId, secret: 'x', confirmed_at: 1, last_step: 0, pending_secret: null, pending_at: null })
      .execute();
  });
  afterAll(() => test.app.context.store.write.deleteFrom('second_factors').execute());

  it.each(
    Object.entries(table).filter(
      ([rule, { needs }]) => !['public', 'board', 'monitor'].includes(needs) && !beforeSecondFactor.includes(rule),
    ),
  )('is refused %s', async (rule) => {
    const response = await call(rule, {}, 'nobody');
    expect(response.statusCode).toBe(403);
    if (!rule.startsWith('HEAD')) expect(errorBody.parse(response.json()).error.code).toBe('second_factor_needed');
  });
  it('is told no more than that', async () => {
    const response = await call('GET /api/session', {}, 'nobody');
    expect(response.json()).toMatchObject({ secondFactor: 'code', grants: [] });
  });
});

interface Described {
  readonly requestBody?: unknown;
  readonly security: readonly Record<string, never[]>[];
  readonly responses: Record<string, unknown>;
}
describe('the description of the interface', () => {
  let document: {
    components: { securitySchemes: Record<string, unknown>; schemas: Record<string, unknown> };
    paths: Record<string, Record<string, Described>>;
  };
  const described = new Map<string, Described>();
  beforeAll(async () => {
    document = (await call('GET /api/openapi.json', {}, 'viewer')).json();
    for (const [path, methods] of Object.entries(document.paths))
      for (const [method, operation] of Object.entries(methods))
        described.set(`${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`, operation);
  });
  /** The codes that it names for a status. */
  const codesOf = (operation: Described, status: number): string[] =>
    JSON.stringify(operation.responses[status] ?? operation.responses[`${Math.floor(status / 100)}XX`])
      .match(/"[a-z]+(_[a-z]+)+"/g)!
      .map((code) => code.slice(1, -1));

  it('has every route and no other, with what it takes', () => {
    expect([...described.keys()].toSorted()).toEqual(Object.keys(table).toSorted());
    expect(JSON.stringify(described.get('POST /api/boards')!.requestBody)).toContain('readingDistanceCm');
    expect(document.components.schemas).toHaveProperty('Error.properties.error.properties.code');
  });

  it('says where an edit can come too late', async () => {
    const id = await makePlaylist(units.commune);
    const payload = { unitId: units.commune, name: 'x', items: [], revision: 7 };
    const late = await call('PUT /api/playlists/:id', { url: `/api/playlists/${id}`, payload }, 'editor');
    const codes = codesOf(described.get('PUT /api/playlists/:id')!, late.statusCode);
    expect([late.statusCode, codes]).toEqual([409, [errorBody.parse(late.json()).error.code]]);
    for (const rule of ['DELETE /api/notices/:id', 'POST /api/obligations/:id/end', 'PUT /api/categories'])
      expect(described.get(rule)!.responses).toHaveProperty('409');
    expect(described.get('POST /api/playlists')!.responses).not.toHaveProperty('409');
  });

  it.each(Object.entries(table))('%s: who may call, and the errors', async (rule, { needs }) => {
    const operation = described.get(rule)!;
    const session = /^(GET|HEAD) /.test(rule) ? { session: [] } : { session: [], csrf: [] };
    const security = {
      public: [],
      board: [{ boardToken: [] }],
      boardOrUser: [{ boardToken: [] }, session],
      monitor: [{ monitorToken: [] }],
    }[needs as string] ?? [session];
    expect(operation.security).toEqual(security);
    for (const scheme of operation.security.flatMap((one) => Object.keys(one)))
      expect(document.components.securitySchemes).toHaveProperty(scheme);
    expect(operation.responses).toHaveProperty('4XX');
    expect(operation.responses).toHaveProperty('5XX');
    if (needs === 'public') return;
    // What is really answered is among what is described.
    const nobody = await call(rule, {}, null);
    if (nobody.body !== '')
      expect(codesOf(operation, nobody.statusCode)).toContain(errorBody.parse(nobody.json()).error.code);
    expect(operation.responses).toHaveProperty(String(nobody.statusCode));
    if (!('csrf' in session) || needs === 'board') return;
    const unproven = await call(rule, {}, 'administrator', false);
    expect(codesOf(operation, unproven.statusCode)).toContain(errorBody.parse(unproven.json()).error.code);
  });
});

describe.each(actions)('%s', (name, rule) => {
  it.each([...roles, 'nobody'] as const)('for %s', async (role) => {
    const found: Partial<Record<Place, string>> = {};
    const wanted: Partial<Record<Place, string>> = {};
    for (const place of places) {
      const about = await rule.about(unitAt(place));
      const response = await call(name, about, role);
      if (rule.lists === undefined) found[place] = verdict(rule, response);
      else {
        expect(response.statusCode).toBe(200);
        found[place] = holds(response.json(), rule.lists, about.headers!['x-made']!) ? 'allowed' : 'refused';
      }
      wanted[place] = expected(rule, role, place);
    }
    expect(found).toEqual(wanted);
  });
});

describe.each(actions.filter(([, rule]) => rule.ofProvince))('%s, granted on a province,', (name, rule) => {
  it.each(roles)('for %s', async (role) => {
    const found: Record<string, string> = {};
    for (const unitId of [units.province, units.commune, units.village, elsewhere])
      found[unitId] = verdict(rule, await call(name, await rule.about(unitId), `${role}OfProvince`));
    const inside = mayBy(rule, role) ? 'allowed' : 'refused';
    expect(found).toEqual({
      [units.province]: inside,
      [units.commune]: inside,
      [units.village]: inside,
      [elsewhere]: 'refused',
    });
  });
});

describe('moving something to another unit', () => {
  it.each([
    [
      'PUT',
      'notices',
      () => makeNotice(units.commune),
      (unit: string) => Promise.resolve({ ...noticeInput(unit), revision: 1 }),
    ],
    [
      'PUT',
      'playlists',
      () => makePlaylist(units.commune),
      (unitId: string) => Promise.resolve({ unitId, name: 'x', items: [], revision: 1 }),
    ],
    [
      'PUT',
      'schedule-entries',
      () => makeEntry(units.commune),
      async (unit: string) => ({ ...(await entryInput(unit)), revision: 1 }),
    ],
    [
      'PUT',
      'obligations',
      () => makeObligation(units.commune),
      async (unit: string) => ({ ...(await obligationInput(unit)), revision: 1 }),
    ],
    ['PATCH', 'boards', () => makeBoard(units.commune), (unitId: string) => Promise.resolve({ unitId })],
  ] as const)('%s /api/%s needs the right there too', async (method, what, make, to) => {
    for (const place of ['above', 'beside'] as const) {
      const url = `/api/${what}/${await make()}`;
      const response = await call(`${method} ${url}`, { url, payload: await to(unitAt(place)) }, 'province');
      expect([response.statusCode, response.json<{ error?: { code: string } }>().error?.code]).toEqual([
        403,
        'forbidden',
      ]);
    }
    const url = `/api/${what}/${await make()}`;
    expect((await call(`${method} ${url}`, { url, payload: await to(units.village) }, 'province')).statusCode).toBe(
      200,
    );
  });
});

/** Of what changes something, that which leaves no entry in the audit log, and why. */
const unaudited: Readonly<Record<string, string>> = {
  'POST /api/coverage': 'reads',
  'POST /api/mournings/preview': 'reads',
  'POST /api/programmes/holding': 'reads',
  'POST /api/programmes/preview': 'reads',
  'POST /api/takeovers/preview': 'reads',
  'POST /api/uploads': 'nobody sees what is yet to arrive; once it has, there is «media.uploaded»',
  'PATCH /api/uploads/:id': 'as its beginning',
  'DELETE /api/uploads/:id': 'as its beginning',
  'POST /api/document-uploads': 'once it has arrived there is «document.uploaded»',
  'PATCH /api/document-uploads/:id': 'as its beginning',
  'DELETE /api/document-uploads/:id': 'as its beginning',
  'POST /api/documents/:id/read': 'goes on with what has its entry already',
};
/** Whose success takes more than a session and a body: their own tests look at the entries. */
const auditedElsewhere: readonly string[] = [
  // Accounts: features/accounts.
  'POST /api/session',
  'POST /api/setup',
  'POST /api/setup/check',
  'POST /api/account-links/check',
  'POST /api/account-links/use',
  'POST /api/account/password',
  'POST /api/session/second-factor',
  'POST /api/account/second-factor/begin',
  'POST /api/account/second-factor/confirm',
  'POST /api/account/second-factor/recovery-codes',
  'POST /api/account/second-factor/remove',
  // What a player does, or takes one: features/pairing, technician, commands, screenshots, samples, boards.
  'POST /api/pairing',
  'POST /api/pairing/:id/reveal',
  'POST /api/boards/:id/pairing',
  'POST /api/boards/:id/technician-code',
  'POST /api/boards/:id/commands',
  'POST /api/boards/:id/screenshots',
  'PUT /api/board/logs/:id',
  'PUT /api/board/samples/:id',
  'PUT /api/board/screenshots/:id',
  'PUT /api/board/speed',
  // Takes a signed release, a mail server, obligations of the unit: features/updates, notifications, obligations.
  'POST /api/updates/releases',
  'POST /api/notifications/test',
  'PUT /api/account/notifications',
  'PUT /api/obligation-receipts/order',
];

describe('the audit log has an entry', () => {
  const changing = Object.keys(table).filter((rule) => !/^(GET|HEAD) /.test(rule));
  /** Calls that change something where those of the table may find it as it is to be, or where the table has none. */
  const real: Readonly<Record<string, () => Promise<Call>>> = {
    'PUT /api/notices/:id': async () => ({
      url: `/api/notices/${await makeNotice(units.commune)}`,
      payload: { ...noticeInput(units.commune), title: 'Khác', revision: 1 },
    }),
    'PUT /api/units/:id/self-approval': async () => {
      const { selfApproval } = test.app.features;
      const { allowed: before } = await selfApproval.read(every, units.commune);
      return { url: `/api/units/${units.commune}/self-approval`, payload: { allowed: !before } };
    },
    'POST /api/units/:id/changes': () =>
      Promise.resolve({ url: `/api/units/${units.commune}/changes`, payload: { name: 'Xã Khác', from: '2026-07-03' } }),
    'POST /api/units/import': async () => {
      const about = await table['POST /api/units/import']!.about!(units.province);
      const looked = await call('POST /api/units/import', about, 'all');
      const { digest } = looked.json<{ digest: string }>();
      return { ...about, url: `${about.url!}&apply=true&expect=${digest}` };
    },
    'DELETE /api/users/:id/sessions': async () => {
      const { url } = await table['DELETE /api/users/:id/sessions/:sessionId']!.about!(units.commune);
      return { url: url!.slice(0, url!.lastIndexOf('/')) };
    },
    'DELETE /api/users/:id/second-factor': async () => {
      const id = await makeUser(units.commune);
      await test.app.context.store.write
        .insertInto('second_factors')
        .values({ user_id: id, secret: 'x', confirmed_at: 1, last_step: 0, pending_secret: null, pending_at: null })
        .execute();
      return { url: `/api/users/${id}/second-factor` };
    },
    'POST /api/account/delegations': async () => ({ payload: standInAt(units.commune, await makeColleague()) }),
    'DELETE /api/account/delegations/:id': async () => {
      const payload = standInAt(units.commune, await makeColleague());
      const made = await call('POST /api/account/delegations', { payload }, 'all');
      return { url: `/api/account/delegations/${made.json<{ id: string }>().id}` };
    },
    'POST /api/boards/:id/orders/copies': async () => {
      const [one, other] = [await makeBoard(units.commune), await makeBoard(units.commune)];
      const order = { url: `/api/boards/${one}/commands`, payload: { name: 'setVolume', percent: 30 } };
      await call('POST /api/boards/:id/commands', order, 'all');
      return { url: `/api/boards/${one}/orders/copies`, payload: { names: ['setVolume'], boardIds: [other] } };
    },
    'DELETE /api/session': () => Promise.resolve({}),
    'DELETE /api/account/sessions': async () => {
      await newSession('another', people.get('all')!.userId);
      return {};
    },
    'DELETE /api/account/sessions/:sessionId': async () => {
      const { userId } = people.get('all')!;
      await newSession('another', userId);
      const sessions = await call('GET /api/account/sessions', {}, 'all');
      const list = sessions.json<{ sessions: { id: string; current: boolean }[] }>().sessions;
      return { url: `/api/account/sessions/${list.find(({ current }) => !current)!.id}` };
    },
    'PUT /api/settings': async () => {
      const now = await call('GET /api/settings', {}, 'all');
      const { secondFactorRequired } = now.json<{ secondFactorRequired: boolean }>();
      return { payload: { secondFactorRequired: !secondFactorRequired } };
    },
    'PUT /api/incidents/policy': async () => {
      const policy = (await call('GET /api/incidents/policy', {}, 'all')).json<object>();
      return { payload: { ...policy, watch: { from: 0, to: 60 } } };
    },
    'PUT /api/takeover-templates': async () => {
      const list = (await call('GET /api/takeover-templates', {}, 'all')).json<{ templates: object[] }>();
      return { payload: { ...list, templates: list.templates.slice(1) } };
    },
    'PUT /api/categories': async () => {
      const list = (await call('GET /api/categories', {}, 'all')).json<{ categories: object[] }>();
      return { payload: { ...list, categories: list.categories.toReversed() } };
    },
    'POST /api/updates/stop': () => Promise.resolve({}),
    'POST /api/updates/orders': async () => ({
      payload: { hash: null, boardIds: [await makeBoard(units.commune)] },
    }),
  };
  const entries = async (): Promise<number> =>
    (await test.app.context.store.read.selectFrom('audit_log').select('id').execute()).length;

  beforeAll(async () => {
    await withAccount(test.app.context.store, every);
  });
  beforeEach(async () => {
    // The one before may have ended the session, or asked for a second factor.
    const { write } = test.app.context.store;
    await setSecondFactorRequired(write, false);
    await write.deleteFrom('sessions').where('user_id', '=', every.userId).execute();
    people.set('all', await newSession('all', every.userId));
  });

  it('or a reason why not', () => {
    const shown = changing.filter((rule) => !(rule in unaudited) && !auditedElsewhere.includes(rule));
    expect(shown.filter((rule) => table[rule]!.about === undefined && real[rule] === undefined)).toEqual([]);
    for (const rule of [...Object.keys(unaudited), ...auditedElsewhere]) expect(changing).toContain(rule);
    expect(auditedElsewhere.length).toBeLessThanOrEqual(25);
  });

  it.each(changing.filter((rule) => !(rule in unaudited) && !auditedElsewhere.includes(rule)))(
    'of %s',
    async (rule) => {
      const about = await (real[rule] ?? (() => table[rule]!.about!(units.commune)))();
      const before = await entries();
      // Whoever sends an obligation does not answer for the unit that receives it.
      const who = rule.includes('/obligation-receipts/') ? 'administrator' : 'all';
      const response = await call(rule, about, who);
      expect([response.statusCode < 300, response.body]).toEqual([true, response.body]);
      expect((await entries()) - before).toBeGreaterThan(0);
    },
  );
});
