/** HTTP: what a technician has to know of a board and the glass does not. */
import { z } from 'zod';
import { msUtc, optionalLine, optionalParagraphs, uuid } from '../common.ts';

/** One telephone number, or some with a comma, semicolon or slash between: of 7 digits without an area code, of 15 at most (ITU-T E.164). */
function isPhone(text: string): boolean {
  const numbers = text.split(/[,;/]/);
  return text === '' || numbers.every((one) => /^[\d\s.()+-]+$/.test(one) && /^\d{7,15}$/.test(one.replace(/\D/g, '')));
}

const fields = {
  responsibleName: optionalLine(200),
  responsiblePhone: optionalLine(40).refine(isPhone, {
    error: 'A telephone number is 7 to 15 digits, such as 0270 3 123 456; several have commas between them',
    params: { reason: 'phone_invalid' },
  }),
  /** WGS 84, degrees. */
  latitude: z.number().min(-90).max(90).nullable(),
  longitude: z.number().min(-180).max(180).nullable(),
  simNumber: optionalLine(40),
  /** The first moment without. */
  simPaidUntil: msUtc.nullable(),
  warrantyUntil: msUtc.nullable(),
  note: optionalParagraphs(2000),
};

/** PUT /api/boards/:id/upkeep → upkeep. Code `revision_conflict` 409 when the record is not of this revision any more. */
export const upkeepInput = z
  .strictObject({ ...fields, revision: z.int().min(0) })
  .refine(({ latitude, longitude }) => (latitude === null) === (longitude === null), {
    path: ['longitude'],
    error: 'Latitude and longitude go together',
  });
export type UpkeepInput = z.infer<typeof upkeepInput>;

/** GET /api/boards/:id/upkeep → upkeep; of a board that nobody has written any for, empty and of revision 0. */
export const upkeep = z.strictObject({
  boardId: uuid,
  responsibleName: z.string(),
  responsiblePhone: z.string(),
  latitude: z.number().nullable(),
  longitude: z.number().nullable(),
  simNumber: z.string(),
  simPaidUntil: msUtc.nullable(),
  warrantyUntil: msUtc.nullable(),
  note: z.string(),
  /** Counts edits. */
  revision: z.int(),
});
export type Upkeep = z.infer<typeof upkeep>;

/** How long before its end a SIM card or a warranty is spoken of, ms. */
export const upkeepNoticeMs = 30 * 86_400_000;

/** GET /api/upkeep/due → boards in sight whose SIM card or warranty has ended or ends within `upkeepNoticeMs`, the first to end first. */
export const upkeepDue = z.strictObject({
  due: z.array(
    z.strictObject({ boardId: uuid, boardName: z.string(), what: z.enum(['sim', 'warranty']), until: msUtc }),
  ),
});
export type UpkeepDue = z.infer<typeof upkeepDue>['due'][number];
