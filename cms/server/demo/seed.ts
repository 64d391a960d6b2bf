/**
 * Makes the sample province through the features' own services, as people would: what it shows went through the same checks,
 * transcoding, compiling and signing as everything else. The accounts come last, in one transaction with the mark that it is whole.
 */
import { join } from 'node:path';
import type { z } from 'zod';
import type { playlistItem } from '../../../shared/protocol/programme.ts';
import type { Actor } from '../access.ts';
import type { Context } from '../context.ts';
import type { AccountsService } from '../features/accounts/service.ts';
import type { BoardsService } from '../features/boards/service.ts';
import type { MediaService } from '../features/media/service.ts';
import type { Approvals } from '../features/notices/approval.ts';
import type { SelfApproval } from '../features/notices/self-approval.ts';
import type { NoticesService } from '../features/notices/service.ts';
import type { ObligationsService } from '../features/obligations/service.ts';
import type { PlaylistsService } from '../features/playlists/service.ts';
import type { ProgrammesService } from '../features/programmes/service.ts';
import type { SchedulesService } from '../features/schedules/service.ts';
import type { UnitsService } from '../features/units/service.ts';
import type { Role } from '../store/schema.ts';
import { setSecondFactorRequired } from '../features/accounts/second-factor-policy.ts';
import { readSetting, writeSetting } from '../store/settings.ts';
import { entries, obligation, playlists, sampleNotices, type SampleNotice } from './content.ts';
import {
  boards,
  communes,
  district,
  districtsEnd,
  longAgo,
  province,
  users,
  zone,
  type CommuneKey,
  type UnitKey,
} from './province.ts';
import { emptyUnusedCms } from './reset.ts';

export interface SampleFeatures {
  readonly accounts: AccountsService;
  readonly units: UnitsService;
  readonly boards: BoardsService;
  readonly media: MediaService;
  readonly notices: NoticesService;
  readonly approvals: Approvals;
  readonly selfApproval: SelfApproval;
  readonly playlists: PlaylistsService;
  readonly schedules: SchedulesService;
  readonly obligations: ObligationsService;
  readonly programmes: ProgrammesService;
}

export interface SampleAccount {
  readonly role: Role;
  readonly email: string;
  readonly password: string;
}

/** Board that `npm start` starts a player for; stands only when the sample is whole. */
const FIRST_BOARD = 'sample_first_board';
const BEGUN = 'sample_begun';
const HOUR_MS = 3_600_000;

/** The first board of the sample province, or null when there is none. */
export const sampleFirstBoard = (context: Context): Promise<string | null> =>
  readSetting(context.store.read, FIRST_BOARD);

/** Removes what a cut-off making of the sample left; does nothing otherwise. Call it while nobody has an account. */
export async function discardUnfinishedSample({ store }: Context, units: UnitsService): Promise<void> {
  const removed = await store.transaction(async (tx) => {
    if ((await readSetting(tx, BEGUN)) === null) return false;
    await emptyUnusedCms(tx);
    await tx.deleteFrom('settings').where('key', '=', BEGUN).execute();
    return true;
  });
  if (removed) await units.reload();
}

/** Four groups of four characters that are not mistaken for each other: 80 bits. */
function samplePassword(randomBytes: (length: number) => Uint8Array): string {
  const alphabet = 'abcdefghjkmnpqrstuvwxyz023456789';
  const letters = [...randomBytes(16)].map((byte) => alphabet[byte & 31]);
  return [0, 4, 8, 12].map((i) => letters.slice(i, i + 4).join('')).join('-');
}

/**
 * @param deps.keepPasswords told of the accounts before they exist: whoever cannot tell a person writes them down first
 * @param deps.onProgress told what it is busy with
 * @returns the first board
 */
export async function seedSample(
  context: Context,
  features: SampleFeatures,
  deps: { keepPasswords(accounts: readonly SampleAccount[]): Promise<void>; onProgress(text: string): void },
): Promise<string> {
  const { store, sources, access } = context;
  await writeSetting(store.write, BEGUN, '1');
  deps.onProgress('Tạo tỉnh mẫu … Making the sample province …');
  const unitIds = await makeUnits(context, features.units);
  const people = peopleOf(unitIds, sources);
  const chief = people.province.actor;
  /** The editor of the commune that has one; elsewhere the province, as a province does for communes without staff. */
  const author = (unit: UnitKey): Actor =>
    access.can(people.editor.actor, 'content.edit', unitIds[unit]) ? people.editor.actor : chief;

  /** The approver of the commune that has one; elsewhere the administrator. */
  const approver = (unit: UnitKey): Actor =>
    access.can(people.approver.actor, 'content.approve', unitIds[unit])
      ? people.approver.actor
      : people.administrator.actor;

  // One person tries it: what they write they may approve, marked as such.
  await features.selfApproval.write(people.administrator.actor, unitIds.province, true);
  const noticeIds = await makeNotices(features, sampleNotices(sources.now()), unitIds, author, deps.onProgress);
  await approveNotices(features, sampleNotices(sources.now()), noticeIds, author, approver);
  const playlistIds = new Map<string, string>();
  for (const { key, unit, name, notices } of playlists) {
    const items = notices.map((notice): z.infer<typeof playlistItem> => {
      return {
        itemId: sources.newId(),
        noticeId: noticeIds.get(notice)!,
        durationMs: null,
        validFrom: null,
        validTo: null,
      };
    });
    const made = await features.playlists.create(author(unit), { unitId: unitIds[unit], name, items });
    playlistIds.set(key, made.id);
  }
  const always = { validFrom: null, validTo: null };
  for (const { unit, playlist, name, cron, hours, priority } of entries) {
    const unitId = unitIds[unit];
    const targets = { unitIds: [unitId], boardIds: [] };
    const window = { cron, durationMs: hours * HOUR_MS, ...always };
    await features.schedules.create(author(unit), {
      unitId,
      playlistId: playlistIds.get(playlist)!,
      name,
      priority,
      targets,
      ...window,
    });
  }
  await features.obligations.create(chief, {
    unitId: unitIds.province,
    noticeId: noticeIds.get(obligation.notice)!,
    perHour: obligation.perHour,
    cron: obligation.cron,
    durationMs: obligation.hours * HOUR_MS,
    ...always,
    targets: { unitIds: [unitIds.province], boardIds: [] },
  });

  const boardIds: string[] = [];
  for (const { unit, ...board } of boards) {
    const made = await features.boards.create(chief, {
      ...board,
      unitId: unitIds[unit],
      zone,
      defaultPlaylistId: playlistIds.get(unit)!,
    });
    boardIds.push(made.id);
  }
  deps.onProgress('Ký và phát hành chương trình … Signing and publishing programmes …');
  await features.programmes.publish(chief, boardIds);

  await deps.keepPasswords(Object.values(people).map(({ role, email, password }) => ({ role, email, password })));
  await features.accounts.createUsers(
    null,
    Object.values(people).map(({ actor, email, name, password, role, unitId }) => ({
      id: actor.userId,
      email,
      name,
      password,
      grants: [{ unitId, role }],
    })),
    async (tx) => {
      // Two commands, and somebody tries it: see docs/decisions/0009-second-factor.md.
      await setSecondFactorRequired(tx, false);
      await writeSetting(tx, FIRST_BOARD, boardIds[0]!);
    },
  );
  return boardIds[0]!;
}

/** The tree with its history: a district until its end, communes that then hang from the province, two of them renamed. */
async function makeUnits({ store }: Context, units: UnitsService): Promise<Record<UnitKey, string>> {
  const ids = await store.transaction((tx) =>
    units.edit(tx, null, (draft) => {
      const always = { validFrom: longAgo, validTo: null };
      const top = draft.add({ ...province, level: 'province', parentId: null, ...always });
      const former = draft.add({ ...district, level: 'district', parentId: top, ...always });
      const made: Partial<Record<UnitKey, string>> = { province: top };
      for (const [key, { code, name, before }] of Object.entries(communes)) {
        const id = draft.add({ code, name: before, level: 'commune', parentId: former, ...always });
        draft.change(id, districtsEnd, { name, parentId: top });
        made[key as CommuneKey] = id;
      }
      draft.merge(former, districtsEnd, top);
      return made as Record<UnitKey, string>;
    }),
  );
  await units.reload();
  return ids;
}

function peopleOf(unitIds: Record<UnitKey, string>, sources: Context['sources']) {
  const one = ({ email, name, role, unit }: (typeof users)[keyof typeof users]) => {
    const unitId = unitIds[unit];
    const actor: Actor = {
      userId: sources.newId(),
      name,
      email,
      sessionHash: '',
      secondFactor: 'none',
      csrfToken: '',
      grants: [{ unitId, unitName: '', role }],
    };
    return { actor, email, name, role, unitId, password: samplePassword(sources.randomBytes) };
  };
  return {
    administrator: one(users.administrator),
    province: one(users.province),
    approver: one(users.approver),
    editor: one(users.editor),
    technician: one(users.technician),
    viewer: one(users.viewer),
    auditor: one(users.auditor),
  };
}

/** As people do it: whoever wrote a notice submits it, and somebody else approves it. */
async function approveNotices(
  { approvals }: SampleFeatures,
  samples: readonly SampleNotice[],
  noticeIds: ReadonlyMap<string, string>,
  author: (unit: UnitKey) => Actor,
  approver: (unit: UnitKey) => Actor,
): Promise<void> {
  for (const { key, unit } of samples) {
    const id = noticeIds.get(key)!;
    await approvals.submit(author(unit), id, { revision: 1, approve: false });
    await approvals.approve(approver(unit), id, 1);
  }
}

async function makeNotices(
  { media, notices }: SampleFeatures,
  samples: readonly SampleNotice[],
  unitIds: Record<UnitKey, string>,
  author: (unit: UnitKey) => Actor,
  onProgress: (text: string) => void,
): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const { key, unit, category, title, durationMs, content, entertainment = false } of samples) {
    const unitId = unitIds[unit];
    const actor = author(unit);
    const common = { unitId, title, category, durationMs, entertainment };
    if ('layout' in content) {
      ids.set(key, (await notices.create(actor, { ...common, content: { type: 'layout', ...content } })).id);
      continue;
    }
    onProgress(`Chuẩn bị ${content.media} … Preparing ${content.media} …`);
    const file = await media.importMedia({
      unitId,
      file: join(import.meta.dirname, 'media', content.media),
      name: content.media,
      userId: actor.userId,
    });
    const asset = { asset: file.hash!, alt: content.alt, fit: 'contain' as const };
    const shown =
      file.kind === 'video' ? { type: 'video' as const, muted: true, ...asset } : { type: 'image' as const, ...asset };
    ids.set(key, (await notices.create(actor, { ...common, content: shown })).id);
  }
  return ids;
}
