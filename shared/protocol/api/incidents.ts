/** HTTP: incidents of boards, when they are told of, and who is told how. */
import { z } from 'zod';
import { msUtc, uuid } from '../common.ts';
import { incidentAbout, incidentEvidence, incidentKind } from '../incident.ts';

/** Boards of an incident that are named at most; the others are counted. */
export const mostNamed = 50;

export const incident = z.strictObject({
  id: uuid,
  about: incidentAbout,
  kind: incidentKind,
  /** The unit that its boards have in common. */
  unitId: uuid,
  unitName: z.string(),
  since: msUtc,
  openedAt: msUtc,
  /** When the last of its boards was well again; null: it goes on. */
  endedAt: msUtc.nullable(),
  evidence: incidentEvidence,
  /** Of the boards in sight: how many, and how many are well again. */
  boardCount: z.int(),
  wellCount: z.int(),
  /** The first `mostNamed` of them, those in trouble first. */
  boards: z.array(
    z.strictObject({ id: uuid, name: z.string(), unitName: z.string(), since: msUtc, endedAt: msUtc.nullable() }),
  ),
});
export type Incident = z.infer<typeof incident>;

/** GET /api/incidents?state=open|ended&limit&cursor → those with a board in sight, the latest first. */
export const incidentsQuery = z.strictObject({
  state: z.enum(['open', 'ended']).default('open'),
  limit: z.coerce.number().int().min(1).max(200).default(30),
  cursor: z
    .string()
    .regex(/^\d{1,16}_[0-9a-f-]{36}$/)
    .optional(),
});
export const incidentPage = z.strictObject({
  incidents: z.array(incident),
  next: z.string().nullable(),
});

const minuteOfDay = z.int().min(0).max(1439);
/** GET /api/incidents/policy; PUT with the `revision` it began from, for those who look after all boards there are. Code revision_conflict 409. */
export const incidentPolicy = z.strictObject({
  /** 0: nobody has changed it yet. */
  revision: z.int().min(0),
  /** For so long boards have to be in trouble within the hours that are watched. */
  afterMinutes: z.int().min(10).max(1440),
  /** Hours of the day by the board's clock, minutes from midnight; of equal ones, the whole day. */
  watch: z.strictObject({ from: minuteOfDay, to: minuteOfDay }),
});
export type IncidentPolicy = z.infer<typeof incidentPolicy>;

/**
 * GET /api/account/notifications; PUT {email} → the same. Whoever wants it is told by e-mail of the incidents in their sight, and of what
 * ends of the boards that they look after. Code `email_unavailable` 409: the CMS has no mail server.
 */
export const notificationChoice = z.strictObject({ email: z.boolean() });
export const ownNotifications = notificationChoice.extend({
  /** Whether the CMS has a mail server. */
  emailAvailable: z.boolean(),
});
export type OwnNotifications = z.infer<typeof ownNotifications>;

const channel = z.enum(['email', 'webhook']);
/** GET /api/notifications, for who manages the installation: which channels there are, and what did not go out by them. */
export const notificationState = z.strictObject({
  channels: z.array(
    z.strictObject({
      channel,
      /** Host name of the mail server or of the webhook; null: it is not set up. */
      host: z.string().nullable(),
      /** How many readers are told. */
      readers: z.int(),
      /** Messages that wait, also for another try. */
      waiting: z.int(),
      /** When the last one went out; null: none did. */
      sentAt: msUtc.nullable(),
    }),
  ),
  /** The last that were given up. */
  givenUp: z.array(
    z.strictObject({
      id: uuid,
      channel,
      to: z.string(),
      createdAt: msUtc,
      givenUpAt: msUtc,
      errorCode: z.string().nullable(),
    }),
  ),
});
export type NotificationState = z.infer<typeof notificationState>;

/** POST /api/notifications/test {channel} → 204: a message goes to the webhook, or to oneself. Code `channel_unavailable` 409. */
export const notificationTest = z.strictObject({ channel });
