/**
 * Tells of incidents and reminders by e-mail and by webhook. Each reader has a place in the numbered news; a message of all that came
 * since is written down in the same transaction that moves the place, and sent until it is taken or given up: nothing is forgotten, and
 * what is sent twice has one id. Each way has rounds of its own, so that none waits for the other. A reader gets one message at a time, and not the next within `betweenMs`, however much happens.
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
export type ChannelName = MessageRow['channel'];

/** Between two messages of one reader, ms. */
export const betweenMs = 5 * 60_000;
/** First wait before another try; it doubles, up to the longest. After `triedForMs` a message is given up, ms. */
const firstWaitMs = 60_000;
const longestWaitMs = 3_600_000;
export const triedForMs = 24 * 3_600_000;
/** Messages of one round: a mail server takes its time. */
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

  function bodyOf(channel: ChannelName, id: string, digest: Digest): string {
    if (channel === 'email') return JSON.stringify(emailOf(digest, pageUrl));
    return JSON.stringify({ v: 1, id, type: 'digest', at: sources.now(), url: pageUrl, ...digest });
  }

  /** @throws AppError `forbidden` */
  function assertManages(actor: Actor): void {
    if (!access.canEverywhere(actor, 'installation.manage'))
      throw new AppError('forbidden', 'You may not do this here (installation.manage)', { status: 403 });
  }

  /** Writes down what readers are to be told of. */
  async function compose(name: ChannelName): Promise<void> {
    const now = sources.now();
    const lastNo = await incidents.news.lastNo();
    // From now on, where it is new.
    if (name === 'webhook' && webhook) await repo.insertReader(store.write, name, webhookReader, lastNo);
    const behind = (await repo.readers(store.write, name)).filter(({ told_no }) => told_no < lastNo);
    if (behind.length === 0) return;
    const waited = await repo.waitedFor(store.write, name);
    const isSetUp = channels[name] !== null;
    const ready = behind.filter(
      ({ reader, told_at }) => !isSetUp || ((told_at === null || told_at <= now - betweenMs) && !waited.has(reader)),
    );
    if (ready.length === 0) return;
    const people = await peopleOf(name, ready);
    const read = await incidents.news.after(Math.min(...ready.map(({ told_no }) => told_no)), lastNo);
    for (const row of ready) {
      const holder: Holder | null = name === 'webhook' ? null : (people.get(row.reader) ?? { grants: [] });
      const { opened, ended, reminders } = read(holder, row.told_no);
      const digest = isSetUp ? digestOf(opened, ended, reminders) : null;
      if (digest === null) {
        await repo.told(store.write, row, { told_no: lastNo });
        continue;
      }
      const id = sources.newId();
      const body = bodyOf(name, id, digest);
      await store.transaction(async (tx) => {
        // Whoever wants none since then gets none.
        if (await repo.told(tx, row, { told_no: lastNo, told_at: now }))
          await repo.insertMessage(tx, { id, channel: name, reader: row.reader, created_at: now, body });
      });
    }
  }

  /** Those of the readers who may be written to now, and by which address. */
  const peopleOf = (name: ChannelName, rows: readonly { reader: string }[]) =>
    accounts.mailable(name === 'email' ? rows.map(({ reader }) => reader) : []);

  /** Sends what is due. When nothing goes out by this way, what is behind waits too, and is not tried one by one. */
  async function deliver(name: ChannelName, ending: AbortSignal): Promise<void> {
    const channel = channels[name];
    const messages = await repo.dueMessages(store.write, name, sources.now(), mostAtOnce);
    const people = await peopleOf(name, messages);
    let broken = channel ? null : new DeliveryError('channel_unavailable');
    for (const message of messages) {
      if (ending.aborted) return;
      const to = name === 'webhook' ? '' : people.get(message.reader)?.email;
      if (to === undefined) {
        await repo.deleteMessage(store.write, message.id);
        continue;
      }
      const failed = broken ?? (await attempt(channel!, to, message));
      if (failed?.isOfWay) broken = failed;
      await noteAttempt(message, failed);
    }
  }

  async function noteAttempt(message: MessageRow, failed: DeliveryError | null): Promise<void> {
    const now = sources.now();
    const attempts = message.attempts + 1;
    if (failed === null) {
      await repo.updateMessage(store.write, message.id, { attempts, sent_at: now, error_code: null });
      return;
    }
    const isOver = failed.isFinal || now - message.created_at >= triedForMs;
    const wait = Math.min(firstWaitMs * 2 ** message.attempts, longestWaitMs);
    await repo.updateMessage(store.write, message.id, {
      attempts,
      error_code: failed.code,
      ...(isOver ? { given_up_at: now } : { due_at: now + wait }),
    });
    const what = { channel: message.channel, messageId: message.id, code: failed.code };
    if (isOver) log.error(what, 'a message was given up');
    else log.warn(what, 'a message did not go out and is tried again');
  }

  async function attempt(channel: Channel, to: string, { id, body }: MessageRow): Promise<DeliveryError | null> {
    try {
      await channel.send(id, to, body);
      return null;
    } catch (error) {
      return error instanceof DeliveryError ? error : new DeliveryError('delivery_failed');
    }
  }

  return {
    /** One round of a way; its rounds do not overlap. */
    async run(channel: ChannelName, ending: AbortSignal): Promise<void> {
      await compose(channel);
      await deliver(channel, ending);
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
      const body = channel === 'email' ? testEmail(pageUrl) : { v: 1, id, type: 'test', at: now, url: pageUrl };
      const reader = channel === 'email' ? actor.userId : webhookReader;
      await repo.insertMessage(store.write, { id, channel, reader, created_at: now, body: JSON.stringify(body) });
    },

    close(): void {
      email?.close();
      webhook?.close();
    },
  };
}
