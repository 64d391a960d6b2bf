/**
 * The console socket: what signed-in people's pages are told by themselves, and the little that they say. HTTP carries the truth;
 * after a gap pages ask again.
 */
import { z } from 'zod';
import { msUtc, reply, uuid } from '../common.ts';
import { boardPresence, programmeProgress } from './boards.ts';

export const consoleNamespace = '/console';

/** What people have editors for, with a revision that counts edits. */
export const editedKinds = ['notice', 'playlist', 'schedule', 'obligation'] as const;
export type EditedKind = (typeof editedKinds)[number];
const edited = { kind: z.enum(editedKinds), id: uuid };

/** How long somebody may have been writing before they are taken to have just begun, ms. */
const longestEditingMs = 7 * 86_400_000;
/** Others who are named at most. */
export const mostEditors = 20;

/** How a thing stands, for whoever has its editor open. */
export const editing = z.strictObject({
  ...edited,
  /** Of what is saved; null: it is deleted, or ended. */
  revision: z.int().nullable(),
  savedBy: z.strictObject({ id: uuid, name: z.string() }),
  savedAt: msUtc,
  /** Who else has changed it and not saved yet, the first first; the person themselves if they do so in another window. */
  editors: z.array(z.strictObject({ userId: uuid, name: z.string(), since: msUtc })).max(mostEditors),
});
export type Editing = z.infer<typeof editing>;

export const consoleMessages = {
  boardChangedV1: boardPresence,
  programmeProgressedV1: programmeProgress,
  /** New plays are durable; the page asks again. */
  playsRecordedV1: z.strictObject({ boardId: uuid, count: z.int() }),
  mediaChangedV1: z.strictObject({ mediaId: uuid }),
  /** What waits for approval at the unit is other than before; the page asks again. */
  approvalsChangedV1: z.strictObject({ unitId: uuid }),
  /** The obligation was sent, changed or ended, or a receiving unit in sight has seen, accepted or ordered it; the page asks again. */
  obligationsChangedV1: z.strictObject({ id: uuid }),
  /** Mourning of the unit was ordered, changed or lifted; the page asks again. */
  mourningsChangedV1: z.strictObject({ unitId: uuid }),
  /** Incidents of boards in sight began or ended, by a look of this id; the page asks again. */
  incidentsChangedV1: z.strictObject({ id: uuid }),
  /** The list of categories is another; the page asks again. */
  categoriesChangedV1: z.strictObject({ revision: z.int() }),
  takeoverProgressedV1: z.strictObject({ takeoverId: uuid }),
  /** A picture was asked for, has come, or will not come; the page asks again. */
  screenshotsChangedV1: z.strictObject({ boardId: uuid }),
  /** A command was given to the board, or something has become of one; the page asks again. */
  commandsChangedV1: z.strictObject({ boardId: uuid }),
  /** The board's player has said how it is doing: told to pages that watch the board, which ask again. */
  boardStatusChangedV1: z.strictObject({ boardId: uuid }),
  /** What the person themselves may do has changed; the page asks who it is anew. */
  accountChangedV1: z.strictObject({}),
  /** Somebody else began or stopped changing what this page has open, or saved it. */
  editingChangedV1: editing,
} as const;

/** What pages say. */
export const consoleRequests = {
  /** This page has the editor open; said again when `editingMs` begins or ends, and after each connection. */
  openEditorV1: {
    request: z.strictObject({
      ...edited,
      /** For how long there have been unsaved changes; null: there are none. */
      editingMs: z.int().min(0).max(longestEditingMs).nullable(),
    }),
    reply: reply(editing.shape),
  },
  closeEditorV1: { request: z.strictObject(edited), reply: reply({}) },
  /** This page shows how the board's player is doing; said again after each connection. */
  watchBoardV1: { request: z.strictObject({ boardId: uuid }), reply: reply({}) },
  unwatchBoardV1: { request: z.strictObject({ boardId: uuid }), reply: reply({}) },
} as const;
