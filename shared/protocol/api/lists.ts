/** Lists that are answered page by page. */
import { z } from 'zod';
import { uuid } from '../common.ts';

/** Rows of a page when nobody says otherwise. */
export const pageRows = 60;
/**
 * Every word of `q` must be in the name or the unit's name, whatever the diacritics; `unitId` stands for the unit and those below;
 * `cursor` is the `next` of the page before.
 */
export const listFields = {
  q: z.string().max(300).default(''),
  unitId: uuid.optional(),
  cursor: z.string().max(4000).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(pageRows),
};
/** Beside the rows; `total` counts all pages. */
export const pageFields = { next: z.string().nullable(), total: z.int() };
