/** Beside a board's record: who looks after it, where it stands, and what ends when. */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0017-upkeep',
  statements(dialect) {
    const int = dialect === 'sqlite' ? 'integer' : 'bigint';
    const real = dialect === 'sqlite' ? 'real' : 'double precision';
    const keyed = dialect === 'sqlite' ? 'strict, without rowid' : '';
    return [
      `create table board_upkeep (
        board_id text primary key references boards,
        responsible_name text not null,
        responsible_phone text not null,
        latitude ${real},
        longitude ${real},
        sim_number text not null,
        sim_paid_until ${int},
        warranty_until ${int},
        note text not null,
        revision ${int} not null,
        check ((latitude is null) = (longitude is null))
      ) ${keyed}`,
      `create index board_upkeep_sim on board_upkeep (sim_paid_until) where sim_paid_until is not null`,
      `create index board_upkeep_warranty on board_upkeep (warranty_until) where warranty_until is not null`,
    ];
  },
};
