/** POST /api/boards/:id/technician-code: the code that opens the technician's page on one board's screen. */
import { z } from 'zod';
import { normalizePairingCode } from '../pairing.ts';
import { challenge, technicianCode } from '../technician.ts';

/** As a person types it off the screen. */
export const technicianCodeRequest = z.strictObject({
  challenge: z.string().max(40).transform(normalizePairingCode).pipe(challenge),
});
/** Shown once: nobody can ask for it again, but for the same challenge. */
export const technicianCodeAnswer = z.strictObject({ code: technicianCode });
