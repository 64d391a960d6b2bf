/** What was approved before 0019 entertains where its notice does: the mark is older than the column that keeps it for approved versions. */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0024-approved-entertainment',
  // Of the same revision: whatever was marked since is a draft.
  statements: () => [
    `update notice_versions set entertainment = 1
      where entertainment = 0 and exists (
        select 1 from notices
        where notices.id = notice_versions.notice_id
          and notices.revision = notice_versions.revision
          and notices.entertainment = 1
      )`,
  ],
};
