/** Whether a player of this machine ever had a board: the first start pairs it by itself, and nothing does later. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** The part of the player's identity (player/engine/identity.ts) that tells. */
const identity = z.object({ paired: z.unknown(), former: z.array(z.unknown()) });

/**
 * @param folder the player's data
 * @returns true for a file that cannot be read, too: what it was is not known
 */
export function wasPaired(folder: string): boolean {
  try {
    const { paired, former } = identity.parse(JSON.parse(readFileSync(join(folder, 'identity.json'), 'utf8')));
    return paired !== null || former.length > 0;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT';
  }
}
