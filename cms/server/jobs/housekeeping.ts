/** What has to be done now and then, whoever is signed in. Each job may run late or twice without harm. */
import cron from 'node-cron';
import type { Logger } from 'pino';
import type { AccountsService } from '../features/accounts/service.ts';
import type { DocumentsService } from '../features/documents/service.ts';
import type { KeysService } from '../features/keys/service.ts';
import type { MediaService } from '../features/media/service.ts';
import type { UploadServer } from '../features/media/uploads.ts';
import type { ProofService } from '../features/proof/service.ts';
import type { ProgrammesService } from '../features/programmes/service.ts';
import type { UnitsService } from '../features/units/service.ts';

export interface HousekeepingDeps {
  readonly accounts: Pick<AccountsService, 'endOverSessions'>;
  readonly keys: Pick<KeysService, 'renewIfDue'>;
  readonly media: Pick<MediaService, 'tidyUploads' | 'emptyBin'>;
  readonly uploads: Pick<UploadServer, 'find'>;
  readonly documents: Pick<DocumentsService, 'tidy'>;
  readonly documentUploads: Pick<UploadServer, 'find'>;
  readonly programmes: Pick<ProgrammesService, 'assetsInUse'>;
  readonly proof: Pick<ProofService, 'sumUp'>;
  readonly units: Pick<UnitsService, 'keepUp'>;
  readonly log: Logger;
}

/** @returns how to stop it */
export function startHousekeeping(deps: HousekeepingDeps): () => Promise<void> {
  const { accounts, keys, media, uploads, documents, documentUploads, programmes, proof, units, log } = deps;
  const ending = new AbortController();
  const running = new Set<Promise<void>>();
  const every = (expression: string, name: string, work: () => Promise<unknown>) =>
    cron.schedule(expression, () => {
      const run = work().then(
        () => {},
        (error: unknown) => log.error({ err: error, job: name }, 'a job failed'),
      );
      running.add(run);
      void run.finally(() => running.delete(run));
    });
  const tasks = [
    every('*/10 * * * *', 'sessions', () => accounts.endOverSessions()),
    every('*/10 * * * * *', 'sums of plays', () => proof.sumUp(ending.signal)),
    every('* * * * *', 'units', () => units.keepUp()),
    every('17 * * * *', 'keys', () => keys.renewIfDue()),
    every('47 * * * *', 'uploads', () => media.tidyUploads(uploads.find)),
    every('53 * * * *', 'documents', () => documents.tidy(documentUploads.find)),
    every('23 20 * * *', 'recycle bin', () => media.emptyBin(() => programmes.assetsInUse())),
  ];
  return async () => {
    ending.abort();
    await Promise.all(tasks.map((task) => task.destroy()));
    await Promise.all(running);
  };
}
