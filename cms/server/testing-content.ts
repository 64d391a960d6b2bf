/** For store tests of what boards show: the content features on any store, with boards, players and ready media made without devices and files. */
import { createHash } from 'node:crypto';
import type { Media, Notice } from '../../shared/protocol/api/content.ts';
import type { BoardInput } from '../../shared/protocol/api/boards.ts';
import type { Actor } from './access.ts';
import { createBoardsService } from './features/boards/service.ts';
import { createCategoriesService } from './features/categories/service.ts';
import { createKeysService } from './features/keys/service.ts';
import { createMediaService, type MediaDeps } from './features/media/service.ts';
import { createMourningsService } from './features/mournings/service.ts';
import { createApprovals } from './features/notices/approval.ts';
import { createTakedowns } from './features/notices/takedown.ts';
import { createSelfApproval } from './features/notices/self-approval.ts';
import { createNoticesService } from './features/notices/service.ts';
import { createDarkHours } from './features/commands/dark-hours.ts';
import { createObligationsService } from './features/obligations/service.ts';
import { createPlaylistsService } from './features/playlists/service.ts';
import { createProgrammesService } from './features/programmes/service.ts';
import { createSchedulesService } from './features/schedules/service.ts';
import type { Store } from './store/store.ts';
import { createTestContext, seedUnits, testActor } from './testing.ts';

/** @param run how an upload becomes what boards play; left out: as in a CMS */
export async function createTestContent(store: Store, { run }: Pick<MediaDeps, 'run'> = {}) {
  const test = await createTestContext(store);
  const { context, sources, units } = test;
  const ids = await seedUnits(test);
  const keys = await createKeysService(context, { restored: false });
  const boards = createBoardsService(context, { units });
  const media = createMediaService(context, { units, ...(run && { run }) });
  const categories = createCategoriesService(context);
  const notices = createNoticesService(context, { units, media, categories });
  const selfApproval = createSelfApproval(context, { units });
  const accounts = { names: () => Promise.resolve(new Map<string, string>()) };
  const mournings = createMourningsService(context, { units, accounts });
  const playlists = createPlaylistsService(context, { units, notices, mournings });
  const schedules = createSchedulesService(context, { units, boards, playlists });
  const obligations = createObligationsService(context, { units, boards, notices });
  const approvals = createApprovals(context, { notices, accounts, selfApproval, obligations, mournings });
  const darkHours = createDarkHours(context);
  const deps = { keys, units, boards, media, notices, playlists, schedules, obligations, mournings, darkHours };
  const programmes = createProgrammesService(context, deps);

  const admin = testActor({ unitId: ids.province, role: 'administrator' });

  /** Submits what the notice says now and approves it, as two people do. */
  async function approved(notice: Pick<Notice, 'id' | 'revision'>): Promise<Notice> {
    const approver = testActor({ unitId: ids.province, role: 'administrator' });
    const { versions } = await approvals.submit(admin, notice.id, { revision: notice.revision, approve: false });
    await approvals.approve(approver, notice.id, versions[0]!.number);
    return notices.get(approver, notice.id);
  }

  return {
    ...test,
    ids,
    categories,
    approvals,
    selfApproval,
    takedowns: createTakedowns(context, { notices, accounts, boards, obligations, programmes }),
    approved,
    deps,
    ...deps,
    programmes,
    admin,
    board(actor: Actor, fields: Partial<BoardInput> = {}) {
      return boards.create(actor, {
        unitId: ids.commune,
        name: 'Bảng tin chợ',
        place: 'Chợ An',
        kind: 'led',
        width: 640,
        height: 320,
        output: { x: 0, y: 0, width: 640, height: 320, rotation: 0 },
        pitchUm: 5000,
        readingDistanceCm: 1000,
        zone: 'Asia/Ho_Chi_Minh',
        groups: ['chợ'],
        defaultPlaylistId: null,
        ...fields,
      });
    },
    /** Gives boards a player each, as pairing does, without its event. @returns device keys by board */
    async pair(boardIds: readonly string[]): Promise<Map<string, string>> {
      const keysOf = new Map(boardIds.map((id) => [id, Buffer.from(sources.randomBytes(32)).toString('base64url')]));
      await store.transaction(async (tx) => {
        await tx
          .updateTable('devices')
          .set({ ended_at: sources.now() })
          .where('board_id', 'in', boardIds)
          .where('ended_at', 'is', null)
          .execute();
        await store.insertMany(
          tx,
          'devices',
          ['id', 'board_id', 'device_key', 'paired_at', 'paired_by', 'ended_at'],
          [...keysOf].map(([boardId, key]) => [sources.newId(), boardId, key, sources.now(), null, null]),
        );
      });
      return keysOf;
    },
    /** A ready file, as if processed; its bytes exist in name only. */
    async file(
      unitId: string,
      kind: 'image' | 'video',
      durationMs: number | null = null,
    ): Promise<Pick<Media, 'id' | 'hash'> & { hash: string }> {
      const id = sources.newId();
      const hash = createHash('sha256').update(id).digest('hex');
      const made = {
        hash,
        size: 1000,
        media_type: kind === 'image' ? 'image/webp' : 'video/mp4',
        width: 64,
        height: 32,
        duration_ms: durationMs,
      };
      await store.transaction(async (tx) => {
        await tx
          .insertInto('assets')
          .values({ ...made, created_at: sources.now() })
          .execute();
        await tx
          .insertInto('media')
          .values({
            id,
            unit_id: unitId,
            name: kind,
            state: 'ready',
            error_code: null,
            kind,
            ...made,
            poster_hash: hash,
            created_at: sources.now(),
            created_by: 'test',
            deleted_at: null,
          })
          .execute();
      });
      return { id, hash };
    },
    /** A notice that is approved. */
    async text(actor: Actor, title = 'Lịch tiêm chủng', unitId: string = ids.commune) {
      const made = await notices.create(actor, {
        unitId,
        title,
        category: 'local',
        content: {
          type: 'layout',
          layout: 'notice',
          fields: { title, body: 'Trạm y tế tiêm vào sáng thứ Ba hằng tuần.' },
        },
        durationMs: null,
      });
      return approved(made);
    },
    playlist(actor: Actor, noticeIds: readonly string[], unitId: string = ids.commune, name = 'Buổi sáng') {
      const items = noticeIds.map((noticeId) => ({
        itemId: sources.newId(),
        noticeId,
        durationMs: null,
        validFrom: null,
        validTo: null,
      }));
      return playlists.create(actor, { unitId, name, items });
    },
    async close() {
      await media.close();
      await programmes.close();
      await test.discard();
    },
  };
}
export type TestContent = Awaited<ReturnType<typeof createTestContent>>;
