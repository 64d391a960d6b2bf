/**
 * Tells of incidents and reminders by e-mail and by webhook. Each reader has a place in the numbered news; a message of all that came
 * since is written down in the same transaction that moves the place, and sent until it is taken or given up: nothing is forgotten, and
 * what is sent twice has one id. A reader gets one message at a time, and not the next within `betweenMs`, however much happens.
 */
import type {
  notificationChoice,
  notificationTest,
  NotificationState,
  OwnNotifications,
} from '../../../../shared/protocol/api/incidents.ts';
import type { z } from 'zod';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor, Holder } from '../../access.ts';
import type { Context } from '../../context.ts';
import type { AccountsService } from '../accounts/service.ts';
import type { IncidentsService } from '../incidents/service.ts';
import { DeliveryError, type Channel } from './channel.ts';
import { digestOf, type Digest } from './digest.ts';
import * as repo from './repo.ts';
import type { MessageRow } from './repo.ts';
import { emailOf, testEmail } from './words.ts';

export interface NotificationDeps {
  readonly accounts: Pick<AccountsService, 'mailable' | 'names'>;
  readonly incidents: Pick<IncidentsService, 'news'>;
  readonly email: Channel | null;
  readonly webhook: Channel | null;
  /** The address by which people reach the CMS; null: not said. */
  readonly publicUrl: string | null;
}

export type NotificationsService = ReturnType<typeof createNotifications>;
type ChannelName = MessageRow['channel'];

/** Between two messages of one reader, ms. */
export const betweenMs = 5 * 60_000;
/** First wait before another try; it doubles, up to the longest. After `triedForMs` a message is given up, ms. */
const firstWaitMs = 60_000;
const longestWaitMs = 3_600_000;
export const triedForMs = 24 * 3_600_000;
/** Messages of one round: a mail server takes its time, and takeovers do not wait for it. */
const mostAtOnce = 50;
const shownGivenUp = 20;
/** What is over is kept for as long, ms. */
const keptMs = 30 * 86_400_000;
/** Whom the webhook's reader is: there is one. */
const webhookReader = '';

export function createNotifications(
  { store, sources, access, audit, log }: Context,
  { accounts, incidents, email, webhook, publicUrl }: NotificationDeps,
) {
  const channels: Record<ChannelName, Channel | null> = { email, webhook };
  const pageUrl = publicUrl === null ? null : `${publicUrl}/incidents`;

  function bodyOf(channel: ChannelName, id: string, to: string, digest: Digest): string {
    if (channel === 'email') return JSON.stringify({ to, ...emailOf(digest, pageUrl) });
    return JSON.stringify({ v: 1, id, type: 'digest', at: sources.now(), url: pageUrl, ...digest });
  }

  /** @throws AppError `forbidden` */
  function assertManages(actor: Actor): void {
    if (!access.canEverywhere(actor, 'installation.manage'))
      throw new AppError('forbidden', 'You may not do this here (installation.manage)', { status: 403 });
  }

  /** Writes down what readers are to be told of. */
  async function compose(): Promise<void> {
    const now = sources.now();
    const lastNo = await incidents.news.lastNo();
    // From now on, where it is new.
    if (webhook) await repo.insertReader(store.write, 'webhook', webhookReader, lastNo);
    const behind = (await repo.readers(store.write)).filter(({ told_no }) => told_no < lastNo);
    if (behind.length === 0) return;
    const waited = await repo.waitedFor(store.write);
    const ready = behind.filter(
      ({ channel, reader, told_at }) =>
        channels[channel] === null ||
        ((told_at === null || told_at <= now - betweenMs) && !waited.has(`${channel} ${reader}`)),
    );
    if (ready.length === 0) return;
    const people = await accounts.mailable(
      ready.filter(({ channel }) => channel === 'email').map(({ reader }) => reader),
    );
    const read = await incidents.news.after(Math.min(...ready.map(({ told_no }) => told_no)), lastNo);
    for (const row of ready) {
      const person = people.get(row.reader);
      const holder: Holder | null = row.channel === 'webhook' ? null : (person ?? { grants: [] });
      const { opened, ended, reminders } = read(holder, row.told_no);
      const digest = channels[row.channel] === null ? null : digestOf(opened, ended, reminders);
      if (digest === null) {
        await repo.told(store.write, row, { told_no: lastNo });
        continue;
      }
      const id = sources.newId();
      const body = bodyOf(row.channel, id, person?.email ?? '', digest);
      await store.transaction(async (tx) => {
        await repo.told(tx, row, { told_no: lastNo, told_at: now });
        await repo.insertMessage(tx, { id, channel: row.channel, reader: row.reader, created_at: now, body });
      });
    }
  }

  /** Sends what is due. */
  async function deliver(ending: AbortSignal): Promise<void> {
    for (const message of await repo.dueMessages(store.write, sources.now(), mostAtOnce)) {
      if (ending.aborted) return;
      const channel = channels[message.channel];
      const failed = channel ? await attempt(channel, message) : new DeliveryError('channel_unavailable');
      const now = sources.now();
      if (failed === null) {
        await repo.updateMessage(store.write, message.id, {
          attempts: message.attempts + 1,
          sent_at: now,
          error_code: null,
        });
        continue;
      }
      const isOver = failed.isFinal || now - message.created_at >= triedForMs;
      const wait = Math.min(firstWaitMs * 2 ** message.attempts, longestWaitMs);
      await repo.updateMessage(store.write, message.id, {
        attempts: message.attempts + 1,
        error_code: failed.code,
        ...(isOver ? { given_up_at: now } : { due_at: now + wait }),
      });
      const what = { channel: message.channel, messageId: message.id, code: failed.code };
      if (isOver) log.error(what, 'a message was given up');
      else log.warn(what, 'a message did not go out and is tried again');
    }
  }

  async function attempt(channel: Channel, { id, body }: MessageRow): Promise<DeliveryError | null> {
    try {
      await channel.send(id, body);
      return null;
    } catch (error) {
      return error instanceof DeliveryError ? error : new DeliveryError('delivery_failed');
    }
  }

  return {
    /** One round; rounds do not overlap. */
    async run(ending: AbortSignal): Promise<void> {
      await compose();
      await deliver(ending);
    },

    async tidy(): Promise<void> {
      await repo.deleteMessages(store.write, sources.now() - keptMs);
    },

    async own(actor: Actor): Promise<OwnNotifications> {
      return { email: await repo.isReader(store.read, 'email', actor.userId), emailAvailable: email !== null };
    },

    /** @throws AppError `email_unavailable` */
    async choose(actor: Actor, choice: z.infer<typeof notificationChoice>): Promise<OwnNotifications> {
      if (choice.email && email === null)
        throw new AppError('email_unavailable', 'This CMS has no mail server', { status: 409, field: 'email' });
      await store.transaction(async (tx) => {
        if ((await repo.isReader(tx, 'email', actor.userId)) === choice.email) return;
        if (choice.email) await repo.insertReader(tx, 'email', actor.userId, await incidents.news.lastNo(tx));
        else await repo.deleteReader(tx, 'email', actor.userId);
        await audit(tx, {
          actor,
          action: 'user.notificationsChanged',
          subjectType: 'user',
          subjectId: actor.userId,
          unitId: actor.grants[0]?.unitId ?? null,
          detail: { email: choice.email },
        });
      });
      return { email: choice.email, emailAvailable: email !== null };
    },

    /** @throws AppError `forbidden` */
    async state(actor: Actor): Promise<NotificationState> {
      assertManages(actor);
      const rows = await repo.givenUp(store.read, shownGivenUp);
      const names = await accounts.names(rows.map(({ reader }) => reader));
      return {
        channels: await Promise.all(
          (['email', 'webhook'] as const).map(async (channel) => ({
            channel,
            host: channels[channel]?.host ?? null,
            ...(await repo.stateOf(store.read, channel)),
          })),
        ),
        givenUp: rows.map((row) => ({
          id: row.id,
          channel: row.channel,
          to: names.get(row.reader) ?? channels[row.channel]?.host ?? '',
          createdAt: row.created_at,
          givenUpAt: row.given_up_at!,
          errorCode: row.error_code,
        })),
      };
    },

    /** A message that only tests the way. @throws AppError `forbidden`, `channel_unavailable` 409 */
    async test(actor: Actor, { channel }: z.infer<typeof notificationTest>): Promise<void> {
      assertManages(actor);
      if (channels[channel] === null)
        throw new AppError('channel_unavailable', 'This way is not set up', { status: 409, field: 'channel' });
      const [id, now] = [sources.newId(), sources.now()];
      const body =
        channel === 'email'
          ? { to: actor.email, ...testEmail(pageUrl) }
          : { v: 1, id, type: 'test', at: now, url: pageUrl };
      const reader = channel === 'email' ? actor.userId : webhookReader;
      await repo.insertMessage(store.write, { id, channel, reader, created_at: now, body: JSON.stringify(body) });
    },

    close(): void {
      email?.close();
      webhook?.close();
    },
  };
}
