/** What has to be done now and then, whoever is signed in. Each job may run late or twice without harm. */
import cron from 'node-cron';
import type { Logger } from 'pino';
import type { AccountsService } from '../features/accounts/service.ts';
import type { DocumentsService } from '../features/documents/service.ts';
import type { IncidentsService } from '../features/incidents/service.ts';
import type { KeysService } from '../features/keys/service.ts';
import type { MediaService } from '../features/media/service.ts';
import type { UploadServer } from '../features/media/uploads.ts';
import type { MourningsService } from '../features/mournings/service.ts';
import type { TakedownService } from '../features/notices/takedown.ts';
import type { NotificationsService } from '../features/notifications/service.ts';
import type { ObligationsService } from '../features/obligations/service.ts';
import type { ProofService } from '../features/proof/service.ts';
import type { ProgrammesService } from '../features/programmes/service.ts';
import type { SampleService } from '../features/samples/service.ts';
import type { ScreenshotService } from '../features/screenshots/service.ts';
import type { UnitsService } from '../features/units/service.ts';

export interface HousekeepingDeps {
  readonly accounts: Pick<AccountsService, 'endOverSessions' | 'delegations'>;
  readonly incidents: Pick<IncidentsService, 'watch' | 'reminders' | 'news'>;
  readonly keys: Pick<KeysService, 'renewIfDue'>;
  readonly media: Pick<MediaService, 'tidyUploads' | 'emptyBin'>;
  readonly uploads: Pick<UploadServer, 'find'>;
  readonly documents: Pick<DocumentsService, 'tidy'>;
  readonly documentUploads: Pick<UploadServer, 'find'>;
  readonly obligations: Pick<ObligationsService, 'announceUnsent'>;
  readonly mournings: Pick<MourningsService, 'announceUnsent'>;
  readonly notifications: Pick<NotificationsService, 'run' | 'tidy'>;
  readonly programmes: Pick<ProgrammesService, 'assetsInUse' | 'idle'>;
  readonly proof: Pick<ProofService, 'sumUp'>;
  readonly samples: Pick<SampleService, 'tidy'>;
  readonly screenshots: Pick<ScreenshotService, 'tidy'>;
  readonly units: Pick<UnitsService, 'keepUp'>;
  readonly takedowns: Pick<TakedownService, 'resume'>;
  /** The time, ms UTC. */
  readonly now: () => number;
  readonly log: Logger;
}

/** Boards are given a change of obligations within this time, or it broke off, ms. */
const obligationsGivenMs = 15 * 60_000;
/** Mourning is for days: what broke off is gone on with soon. */
const mourningGivenMs = 60_000;

/** @returns how to stop it */
export function startHousekeeping(deps: HousekeepingDeps): () => Promise<void> {
  const {
    accounts,
    incidents,
    keys,
    media,
    uploads,
    documents,
    documentUploads,
    mournings,
    notifications,
    obligations,
    programmes,
    proof,
    samples,
    screenshots,
    takedowns,
    units,
    now,
    log,
  } = deps;
  const ending = new AbortController();
  const running = new Set<Promise<void>>();
  /** A job that still runs is not begun once more. */
  const every = (expression: string, name: string, work: () => Promise<unknown>) => {
    let before: Promise<void> | null = null;
    return cron.schedule(expression, () => {
      if (before) return;
      const run = work().then(
        () => {},
        (error: unknown) => log.error({ err: error, job: name }, 'a job failed'),
      );
      before = run;
      running.add(run);
      void run.finally(() => {
        before = null;
        running.delete(run);
      });
    });
  };
  /** Behind what is under way: that may be bringing them. */
  const announceUnsent = async (): Promise<void> => {
    await programmes.idle();
    await obligations.announceUnsent(now() - obligationsGivenMs);
  };
  const announceMourning = async (): Promise<void> => {
    await programmes.idle();
    await mournings.announceUnsent(now() - mourningGivenMs);
  };
  const tasks = [
    every('*/10 * * * *', 'sessions', () => accounts.endOverSessions()),
    every('*/10 * * * * *', 'standing in', () => accounts.delegations.tellOfTime()),
    every('*/10 * * * * *', 'sums of plays', () => proof.sumUp(ending.signal)),
    every('* * * * *', 'units', () => units.keepUp()),
    every('*/5 * * * *', 'obligations not given', announceUnsent),
    every('* * * * *', 'mourning not given', announceMourning),
    every('* * * * *', 'take-downs', () => takedowns.resume()),
    every('*/30 * * * * *', 'incidents', () => incidents.watch.look()),
    every('* * * * *', 'reminders', () => incidents.reminders.remind()),
    every('*/15 * * * * *', 'e-mail', () => notifications.run('email', ending.signal)),
    every('*/15 * * * * *', 'webhook', () => notifications.run('webhook', ending.signal)),
    every('33 20 * * *', 'old messages', () =>
      Promise.all([notifications.tidy(), incidents.news.tidy(now()), incidents.watch.tidy()]),
    ),
    every('17 * * * *', 'keys', () => keys.renewIfDue()),
    every('47 * * * *', 'uploads', () => media.tidyUploads(uploads.find)),
    every('53 * * * *', 'documents', () => documents.tidy(documentUploads.find)),
    every('13 20 * * *', 'pictures of boards', () => screenshots.tidy()),
    every('18 20 * * *', 'sampled pictures of boards', () => samples.tidy()),
    every('23 20 * * *', 'recycle bin', () => media.emptyBin(() => programmes.assetsInUse())),
  ];
  return async () => {
    ending.abort();
    await Promise.all(tasks.map((task) => task.destroy()));
    await Promise.all(running);
  };
}
