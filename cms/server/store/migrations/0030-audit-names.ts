/** What people and things were called when an entry of the audit log was written, from this release on. */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0030-audit-names',
  statements: () => [`alter table audit_log add column names text`],
};
