/** HTTP: the recycle bin of what people write, and the boards that are out of use. Files have their own list (media.ts). */
import { z } from 'zod';
import { msUtc, uuid } from '../common.ts';
import { listFields, pageFields } from './lists.ts';

/** How long what was deleted lies in the recycle bin and can be restored, ms: 30 days. A board that is out of use can be at any time. */
export const binMs = 30 * 86_400_000;

export const binKinds = ['notice', 'playlist', 'schedule', 'board'] as const;
export type BinKind = (typeof binKinds)[number];

/** GET /api/bin?kind=…: what was deleted at units where the person may edit it, the last deleted first. */
export const binQuery = z.strictObject({ kind: z.enum(binKinds), ...listFields });
const binRow = z.strictObject({
  id: uuid,
  unitId: uuid,
  unitName: z.string(),
  name: z.string(),
  deletedAt: msUtc,
  /** Who deleted it; null: not known. */
  deletedBy: z.string().nullable(),
  /** Of a playlist: how many items it has, and how many would not come back with it, since their notice is deleted too. */
  items: z.strictObject({ count: z.int(), gone: z.int() }).nullable(),
});
export const bin = z.strictObject({ rows: z.array(binRow), ...pageFields });
export type BinQuery = z.infer<typeof binQuery>;
export type BinRow = z.infer<typeof binRow>;
export type Bin = z.infer<typeof bin>;
