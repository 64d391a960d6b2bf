/** Brings the tables up to date: every migration once, in order, each with its note in one transaction. */
import { sql } from 'kysely';
import { StoreError } from './errors.ts';
import type { Migration } from './migration.ts';
import * as initial from './migrations/0001-initial.ts';
import * as accounts from './migrations/0002-accounts.ts';
import * as mergedUnits from './migrations/0003-merged-units.ts';
import * as mediaLibrary from './migrations/0004-media-library.ts';
import * as boardRevisions from './migrations/0005-board-revisions.ts';
import * as slimPlays from './migrations/0007-slim-plays.ts';
import * as numberedJournals from './migrations/0008-numbered-journals.ts';
import * as contentLists from './migrations/0010-content-lists.ts';
import * as noticeApproval from './migrations/0011-notice-approval.ts';
import * as documents from './migrations/0012-documents.ts';
import * as scheduleExceptions from './migrations/0013-schedule-exceptions.ts';
import * as obligationReceipts from './migrations/0014-obligation-receipts.ts';
import * as playTallies from './migrations/0015-play-tallies.ts';
import * as alerts from './migrations/0016-alerts.ts';
import * as upkeep from './migrations/0017-upkeep.ts';
import * as screenshots from './migrations/0018-screenshots.ts';
import * as mourning from './migrations/0019-mourning.ts';
import * as shownHeadings from './migrations/0020-shown-headings.ts';
import * as documentOriginals from './migrations/0021-document-originals.ts';
import * as countAnew from './migrations/0022-count-anew.ts';
import * as scheduleTerms from './migrations/0023-schedule-terms.ts';
import * as versionWords from './migrations/0023-version-words.ts';
import * as approvedEntertainment from './migrations/0024-approved-entertainment.ts';
import * as bin from './migrations/0026-bin.ts';
import * as foundByKey from './migrations/0027-found-by-key.ts';
import * as searchText from './migrations/0028-search-text.ts';
import * as categories from './migrations/0029-categories.ts';
import * as auditNames from './migrations/0030-audit-names.ts';
import * as boardStatus from './migrations/0031-board-status.ts';
import * as commands from './migrations/0032-commands.ts';
import * as standbyUncounted from './migrations/0033-standby-uncounted.ts';
import * as boardLogs from './migrations/0034-board-logs.ts';
import * as commandsByName from './migrations/0035-commands-by-name.ts';
import * as conditionsByIndex from './migrations/0036-conditions-by-index.ts';
import * as incidents from './migrations/0038-incidents.ts';
import * as contentsAloneCount from './migrations/0039-contents-alone-count.ts';
import * as wordIndex from './migrations/0040-word-index.ts';
import * as noReplaces from './migrations/0041-no-replaces.ts';
import * as samples from './migrations/0042-samples.ts';
import * as smallMerges from './migrations/0043-small-merges.ts';
import * as playerReleases from './migrations/0044-player-releases.ts';
import * as releaseOrders from './migrations/0045-release-orders.ts';
import * as foundInOrder from './migrations/0046-found-in-order.ts';
import * as pageWords from './migrations/0047-page-words.ts';
import * as playsCovered from './migrations/0048-plays-covered.ts';
import * as auditors from './migrations/0049-auditors.ts';
import * as delegations from './migrations/0050-delegations.ts';
import * as unpairedWhy from './migrations/0051-unpaired-why.ts';
import * as auditWords from './migrations/0052-audit-words.ts';
import type { Store } from './store.ts';

const migrations: readonly Migration[] = [
  initial.migration,
  accounts.migration,
  mergedUnits.migration,
  mediaLibrary.migration,
  boardRevisions.migration,
  slimPlays.migration,
  numberedJournals.migration,
  contentLists.migration,
  noticeApproval.migration,
  documents.migration,
  scheduleExceptions.migration,
  obligationReceipts.migration,
  playTallies.migration,
  alerts.migration,
  upkeep.migration,
  screenshots.migration,
  mourning.migration,
  shownHeadings.migration,
  documentOriginals.migration,
  countAnew.migration,
  scheduleTerms.migration,
  versionWords.migration,
  approvedEntertainment.migration,
  bin.migration,
  foundByKey.migration,
  searchText.migration,
  categories.migration,
  auditNames.migration,
  boardStatus.migration,
  commands.migration,
  standbyUncounted.migration,
  boardLogs.migration,
  commandsByName.migration,
  conditionsByIndex.migration,
  incidents.migration,
  contentsAloneCount.migration,
  wordIndex.migration,
  noReplaces.migration,
  samples.migration,
  smallMerges.migration,
  playerReleases.migration,
  releaseOrders.migration,
  foundInOrder.migration,
  pageWords.migration,
  playsCovered.migration,
  auditors.migration,
  delegations.migration,
  unpairedWhy.migration,
  auditWords.migration,
];

/** Any number, the same in every process: only one of several may migrate. */
const ADVISORY_LOCK = 727_501;

/** @throws StoreError `store_newer` when the tables are of a release that this one does not know */
export async function migrate(store: Store): Promise<void> {
  await store.transaction(async (tx) => {
    const run = (text: string) => sql.raw(text).execute(tx);
    const now =
      store.dialect === 'sqlite'
        ? `(cast(unixepoch('subsec') * 1000 as integer))`
        : `((extract(epoch from now()) * 1000)::bigint)`;
    if (store.dialect === 'postgres') await run(`select pg_advisory_xact_lock(${ADVISORY_LOCK})`);
    await run(
      `create table if not exists migrations (name text primary key, applied_at bigint not null default ${now})`,
    );
    const applied = new Set((await tx.selectFrom('migrations').select('name').execute()).map((row) => row.name));
    const unknown = [...applied].filter((name) => !migrations.some((migration) => migration.name === name));
    if (unknown.length > 0) {
      throw new StoreError(
        'store_newer',
        `The database was written by a newer release (${unknown.join(', ')}); start that release or a newer one`,
      );
    }
    for (const migration of migrations) {
      if (applied.has(migration.name)) continue;
      for (const statement of migration.statements(store.dialect)) await run(statement);
      await tx.insertInto('migrations').values({ name: migration.name }).execute();
    }
  });
}
