/**
 * Takeover: an alert that replaces whatever boards show. Its life follows CAP 1.2 (alert → update → cancel or
 * expiry); it is superseded, never edited. One JWS serves all boards; each matches the selectors against its certificate.
 */
import { z } from 'zod';
import { compareVersions, msUtc, uuid, version } from './common.ts';
import type { Certificate } from './programme.ts';

export const takeoverSelectors = z.strictObject({
  all: z.boolean(),
  unitIds: z.array(uuid).max(5000),
  groups: z.array(z.string().max(64)).max(100),
  boardIds: z.array(uuid).max(500),
});
export type TakeoverSelectors = z.infer<typeof takeoverSelectors>;

/** Disaster level, Quyết định 18/2021/QĐ-TTg Đ.4: shown as number and word, never by colour alone. */
export const disasterLevel = z.int().min(1).max(5);

export const takeoverContent = z.strictObject({
  /** What happens, such as «Lũ quét». */
  event: z.string().min(1).max(100),
  level: disasterLevel,
  headline: z.string().min(1).max(200),
  /** What people are to do. */
  instruction: z.string().max(2000),
  senderName: z.string().min(1).max(200),
});
export type TakeoverContent = z.infer<typeof takeoverContent>;

/** Payload of the takeover JWS (typ `bang-tin-takeover`, signed by a takeover key). */
export const takeover = z.strictObject({
  v: z.literal(1),
  takeoverId: uuid,
  /** Position in the CMS's one stream of takeovers; a board asks for what follows the last it has. */
  sequence: version,
  /** CAP msgType. A cancel is the all clear for `supersedes`. */
  type: z.enum(['alert', 'update', 'cancel']),
  /** The takeover that this one replaces or ends; null for an alert. */
  supersedes: uuid.nullable(),
  /** CAP status: an exercise is marked on the screen and never counted as real. */
  status: z.enum(['actual', 'exercise']),
  content: takeoverContent,
  issuedAt: msUtc,
  startsAt: msUtc,
  expiresAt: msUtc,
  selectors: takeoverSelectors,
}).refine((t) => t.startsAt < t.expiresAt, { error: 'A takeover must expire after it starts', path: ['expiresAt'] })
  .refine((t) => (t.type === 'alert') === (t.supersedes === null), { error: 'Only updates and cancels supersede', path: ['supersedes'] });
export type Takeover = z.infer<typeof takeover>;

/** Whether a takeover is meant for the board of this certificate. */
export function selects(selectors: TakeoverSelectors, board: Pick<Certificate, 'boardId' | 'unitPath' | 'groups'>): boolean {
  return (
    selectors.all ||
    selectors.boardIds.includes(board.boardId) ||
    selectors.unitIds.some((id) => board.unitPath.includes(id)) ||
    selectors.groups.some((group) => board.groups.includes(group))
  );
}

/** The alerts and updates that nothing has superseded, in order of sequence. Time does not enter: expiry is the timeline's. */
export function standing(takeovers: readonly Takeover[]): Takeover[] {
  const superseded = new Set(takeovers.map((t) => t.supersedes));
  return takeovers
    .filter((t) => t.type !== 'cancel' && !superseded.has(t.takeoverId))
    .sort((a, b) => compareVersions(a.sequence, b.sequence));
}
