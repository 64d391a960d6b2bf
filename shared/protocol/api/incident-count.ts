/** HTTP: how many incidents go on. Apart from what they are, since every page of the studio shows it. */
import { z } from 'zod';

/** GET /api/incidents/open: how many with a board in sight go on. */
export const openIncidentCount = z.strictObject({ count: z.int() });
