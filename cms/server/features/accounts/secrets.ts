import { createHash } from 'node:crypto';
import type { Sources } from '../../context.ts';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** 256 random bits for a cookie or a link; of it only the hash is kept. */
export const makeSecret = ({ randomBytes }: Pick<Sources, 'randomBytes'>): string =>
  Buffer.from(randomBytes(32)).toString('base64url');

/** As accounts are told apart: without regard to case, and to how letters were composed. */
export const normalizeEmail = (email: string): string => email.trim().normalize('NFC').toLowerCase();
