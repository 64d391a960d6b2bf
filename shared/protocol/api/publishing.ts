/** HTTP: what publishing would change, and publishing. */
import { z } from 'zod';
import { msUtc, uuid, version } from '../common.ts';
import { entryPart } from '../programme.ts';
import { litHours } from '../screen.ts';

/** POST /api/programmes/preview {boardIds} → per board what publishing would change. POST /api/programmes/publish → what was published. */
export const publishRequest = z.strictObject({ boardIds: z.array(uuid).min(1).max(10_000) });

const byChange = z.strictObject({ added: z.int(), removed: z.int(), changed: z.int() });
export type CountsByChange = z.infer<typeof byChange>;

/** How much differs from what was published for a board last. */
const changeCounts = z.strictObject({
  /** Boards with the same key change alike. */
  key: z.string(),
  /** Nothing was ever published for the board: everything is new. */
  first: z.boolean(),
  /** What was published last cannot be read, or not all of it: what it held more than is published now is not counted. */
  unreadable: z.boolean(),
  notices: byChange,
  playlists: byChange,
  schedules: byChange,
  required: byChange,
  /** Of the board's own record. */
  board: z.int(),
  mourning: z.boolean(),
});
export type ChangeCounts = z.infer<typeof changeCounts>;

export const publishPreview = z.strictObject({
  /** Notices that are left out of one of the boards or more, because no version of them was ever approved (warning notice_not_approved). */
  unapproved: z.array(uuid),
  boards: z.array(
    z.strictObject({
      boardId: uuid,
      /** null: publishing would change nothing. */
      changes: changeCounts.nullable(),
      notices: z.int(),
      /** Which of them are left out here, by their places in the list above: thousands of boards lack the same. */
      unapproved: z.array(z.int()),
      /** Codes: board_unpaired, link_not_shown, media_not_ready, notice_not_approved, nothing_to_play, obligations_overcommitted. */
      warnings: z.array(z.string()),
      /** Names of the schedules of the next 35 days that nobody would see: whenever they are open its screen is off by its hours (`on`). */
      unseen: z.strictObject({ on: litHours, schedules: z.array(z.string()) }).nullable(),
    }),
  ),
});

/** POST /api/programmes/holding {noticeId, boardIds} → which of the boards were given the notice, by what was published for each last. */
export const holdingRequest = publishRequest.extend({ noticeId: uuid });
export const noticeHolding = z.strictObject({
  /** When a text of it that is current on one of the boards was first published to any board; null: none is. */
  since: msUtc.nullable(),
  boards: z.array(
    z.strictObject({
      boardId: uuid,
      /** current: as it would be published now. */
      notice: z.enum(['current', 'older', 'none']),
      /** Publishing would change something for the board, be it this notice or anything else. */
      changes: z.boolean(),
    }),
  ),
});
export type NoticeHolding = z.infer<typeof noticeHolding>;

export const change = z.enum(['added', 'removed', 'changed']);
export type ChangeKind = z.infer<typeof change>;

/** What of a board's record stands in its programme. `player`: it is signed for another player. */
const boardField = z.enum(['name', 'unit', 'place', 'zone', 'groups', 'output', 'defaultPlaylist', 'player']);
export type BoardField = z.infer<typeof boardField>;

/**
 * GET /api/boards/:id/changes: what publishing would change for a board, by name. All of it empty: the same content is signed anew,
 * or nothing differs at all.
 */
export const programmeChanges = z.strictObject({
  notices: z.array(z.strictObject({ id: uuid, title: z.string(), change })),
  playlists: z.array(
    z.strictObject({
      id: uuid,
      name: z.string(),
      change,
      /** Titles of notices that come in and go out; of a playlist that is changed, not of one that comes or goes as a whole. */
      added: z.array(z.string()),
      removed: z.array(z.string()),
      /** What else differs of its items: their order, or how long and between which days they are shown. */
      reordered: z.boolean(),
      retimed: z.boolean(),
    }),
  ),
  schedules: z.array(
    z.strictObject({ id: uuid, name: z.string(), before: entryPart.nullable(), after: entryPart.nullable() }),
  ),
  required: z.array(z.strictObject({ id: uuid, title: z.string(), change })),
  board: z.array(boardField),
  /** Which notices rest, and when, during a time of mourning. */
  mourning: z.boolean(),
  /** What the board has to fetch. */
  bytes: z.int(),
});
export type ProgrammeChanges = z.infer<typeof programmeChanges>;

/**
 * GET /api/units/:id/publishers, GET /api/units/:id/approvers: who but the asker publishes for a unit, and who approves its notices; people
 * of the unit itself, or of the nearest above that has any.
 */
export const publishers = z.strictObject({ names: z.array(z.string()) });

export const publishAnswer = z.strictObject({
  /** `version` is null for a board without a player: what was published waits, and is signed for the player when one is paired (warning board_unpaired). */
  boards: z.array(
    z.strictObject({ boardId: uuid, version: version.nullable(), changed: z.boolean(), warnings: z.array(z.string()) }),
  ),
});
