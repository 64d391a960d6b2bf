/** Who ended the pairing of a player without another in its place, and why. */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0051-unpaired-why',
  statements: () => [
    `alter table devices add column ended_by text`,
    `alter table devices add column ended_reason text`,
  ],
};
