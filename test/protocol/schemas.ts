/** What either end accepts, as JSON Schema, so that it can be kept as it was at a time: refinements that no schema can say are left out. */
import { z } from 'zod';
import { boardCommand } from '../../shared/protocol/commands.ts';
import { journalRecord } from '../../shared/protocol/journal.ts';
import { keyList } from '../../shared/protocol/keys.ts';
import {
  boardAuth,
  boardMessages,
  boardToken,
  cmsMessages,
  connectRefusal,
  dismissal,
  timeAnswer,
} from '../../shared/protocol/link.ts';
import {
  pairingAnswer,
  pairingOffer,
  pairingProof,
  pairingReveal,
  pairingState,
} from '../../shared/protocol/pairing.ts';
import { certificate, manifest, part } from '../../shared/protocol/programme.ts';
import { takeover } from '../../shared/protocol/takeover.ts';

const jsonSchema = (schema: z.ZodType): unknown => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
const each = (schemas: Record<string, z.ZodType>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, jsonSchema(schema)]));
const messages = (of: Record<string, { request: z.ZodType; reply: z.ZodType }>): unknown =>
  Object.fromEntries(Object.entries(of).map(([name, { request, reply }]) => [name, each({ request, reply })]));

/** The schemas of this release. */
export const schemasOfNow = () => ({
  /** What the CMS takes, and how the player reads its answer. */
  board: messages(boardMessages),
  /** What the player takes, and how the CMS reads its answer. */
  cms: messages(cmsMessages),
  /** Payloads of signed documents by their `typ`. */
  documents: each({
    'bang-tin-key-list': keyList,
    'bang-tin-certificate': certificate,
    'bang-tin-manifest': manifest,
    'bang-tin-takeover': takeover,
    'bang-tin-command': boardCommand,
    'bang-tin-dismissal': dismissal,
    'bang-tin-board-token': boardToken,
    'bang-tin-pairing-proof': pairingProof,
  }),
  others: each({
    part,
    journalRecord,
    boardAuth,
    connectRefusal,
    timeAnswer,
    pairingOffer,
    pairingAnswer,
    pairingReveal,
    pairingState,
  }),
});
export type Schemas = {
  readonly board: Readonly<Record<string, { request: object; reply: object }>>;
  readonly cms: Readonly<Record<string, { request: object; reply: object }>>;
  readonly documents: Readonly<Record<string, object>>;
  readonly others: Readonly<Record<string, object>>;
};
