/**
 * Which boards were ordered to run which release, and went back: of all orders, not of each board's last. Archives are files from now on
 * (data folder, `releases`): where one is missing, it is uploaded again.
 */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0045-release-orders',
  statements(dialect) {
    const int = dialect === 'sqlite' ? 'integer' : 'bigint';
    return [
      `create table release_orders (
        order_id text not null primary key,
        board_id text not null,
        hash text,
        went_back_at ${int}
      ) ${dialect === 'sqlite' ? 'strict' : ''}`,
      `create index release_orders_hash on release_orders (hash)`,
      `alter table player_releases drop column archive`,
    ];
  },
};
