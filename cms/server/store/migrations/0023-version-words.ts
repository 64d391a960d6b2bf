/** What versions of notices are found by: who is told the approved one only finds it by what that one says. */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0023-version-words',
  statements: () => [`alter table notice_versions add column folded text not null default ''`],
};
