/** The media library: search without diacritics, tags, recycle bin, replacing, renditions by board shape. */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0004-media-library',
  statements(dialect) {
    const int = dialect === 'sqlite' ? 'integer' : 'bigint';
    const keyed = dialect === 'sqlite' ? 'strict, without rowid' : '';
    // Sorted by code point on both, so that a page begins where the one before ended, and prefixes can use the index.
    const words = dialect === 'sqlite' ? 'text' : 'text collate "C"';
    return [
      `alter table media add column folded ${words} not null default ''`,
      `alter table media add column deleted_by text`,
      `alter table media add column purged_at ${int}`,
      `alter table media add column replaces text`,
      `create index media_folded on media (unit_id, folded)`,
      `create index media_poster on media (poster_hash)`,
      `create index media_bin on media (deleted_at) where deleted_at is not null`,
      `create index media_replaces on media (replaces) where replaces is not null`,
      `create table media_tags (
        media_id text not null references media on delete cascade,
        folded ${words} not null,
        tag text not null,
        primary key (media_id, folded)
      ) ${keyed}`,
      `create index media_tags_folded on media_tags (folded, media_id)`,
      `alter table assets add column ladder ${int} not null default 0`,
      `create table asset_renditions (
        asset text not null references assets on delete cascade,
        rendition text not null references assets on delete cascade,
        primary key (asset, rendition)
      ) ${keyed}`,
      `create index asset_renditions_rendition on asset_renditions (rendition)`,
    ];
  },
};
