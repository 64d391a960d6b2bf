/** Puts boards with their players, and somebody who may raise takeovers, straight into a store: thousands in a second. */
import { createHash, randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { firstPrev } from '../../shared/protocol/journal.ts';
import { setSecondFactorRequired } from '../../cms/server/features/accounts/second-factor-policy.ts';
import { nextNumber } from '../../cms/server/store/settings.ts';
import type { Role } from '../../cms/server/store/schema.ts';
import type { Store } from '../../cms/server/store/store.ts';
import { makeIdentity, type BoardIdentityData } from './board.ts';

export interface SeededPerson {
  readonly userId: string;
  /** For the cookie. */
  readonly sessionToken: string;
  readonly csrfToken: string;
}

/** A province without anything below it. @returns its id */
export async function seedProvince(store: Store, now: number): Promise<string> {
  const unitId = uuidv7();
  await store.transaction(async (tx) => {
    await tx.insertInto('units').values({ id: unitId, created_at: now }).execute();
    await tx
      .insertInto('unit_versions')
      .values({
        id: uuidv7(),
        unit_id: unitId,
        code: '99',
        name: 'Tỉnh Thử',
        level: 'province',
        parent_id: null,
        valid_from: 0,
        valid_to: null,
      })
      .execute();
  });
  return unitId;
}

/** A signed-in person with a role on a unit. */
export async function seedPerson(store: Store, unitId: string, role: Role, now: number): Promise<SeededPerson> {
  const person = {
    userId: uuidv7(),
    sessionToken: randomBytes(32).toString('base64url'),
    csrfToken: randomBytes(32).toString('base64url'),
  };
  const day = 86_400_000;
  await store.transaction(async (tx) => {
    await tx
      .insertInto('users')
      .values({
        id: person.userId,
        email: `${person.userId}@example.vn`,
        name: 'Người thử',
        password_hash: null,
        active: 1,
        created_at: now,
      })
      .execute();
    await tx.insertInto('grants').values({ user_id: person.userId, unit_id: unitId, role }).execute();
    await setSecondFactorRequired(tx, false);
    const tokenHash = createHash('sha256').update(person.sessionToken).digest('hex');
    await tx
      .insertInto('sessions')
      .values({
        token_hash: tokenHash,
        user_id: person.userId,
        csrf_token: person.csrfToken,
        created_at: now,
        last_seen_at: now,
        expires_at: now + day,
      })
      .execute();
  });
  return person;
}

const boardColumns = [
  'id',
  'unit_id',
  'name',
  'place',
  'kind',
  'width',
  'height',
  'output_x',
  'output_y',
  'output_width',
  'output_height',
  'rotation',
  'zone',
  'groups',
  'created_at',
] as const;

/** Boards that are paired already, all of one unit. */
export async function seedBoards(
  store: Store,
  options: { count: number; unitId: string; now: number; groups?: readonly string[] },
): Promise<BoardIdentityData[]> {
  const { unitId, now } = options;
  const groups = JSON.stringify(options.groups ?? []);
  const identities = Array.from({ length: options.count }, () => makeIdentity());
  await store.transaction(async (tx) => {
    const boards = identities.map((one, i) => [
      one.boardId,
      unitId,
      `Bảng ${i + 1}`,
      '',
      'led',
      640,
      320,
      0,
      0,
      640,
      320,
      0,
      'Asia/Ho_Chi_Minh',
      groups,
      now,
    ]);
    const devices = identities.map((one) => [one.deviceId, one.boardId, one.key.x, now]);
    const last = await nextNumber(tx, 'journal', identities.length);
    const journals = identities.map((one, i) => {
      const no = last - identities.length + i + 1;
      return [one.journalId, no, no, one.boardId, one.deviceId, 0, firstPrev, now];
    });
    await store.insertMany(tx, 'boards', boardColumns, boards);
    await store.insertMany(tx, 'devices', ['id', 'board_id', 'device_key', 'paired_at'], devices);
    await store.insertMany(
      tx,
      'journals',
      ['id', 'no', 'board_no', 'board_id', 'device_id', 'last_seq', 'last_hash', 'created_at'],
      journals,
    );
  });
  return identities;
}
