/** What publishing changes, in words: counted for a row, named when it is opened. */
import type {
  BoardField,
  ChangeCounts,
  ChangeKind,
  ProgrammeChanges,
} from '../../../../../shared/protocol/api/publishing.ts';
import { m } from '../../paraglide/messages.js';

/** «thêm 2 tin, 1 lịch phát; bỏ 1 tin; sửa thông tin bảng» */
export function countWords(counts: ChangeCounts): string {
  const what = (change: ChangeKind, ...more: string[]): string =>
    [
      counts.notices[change] > 0 ? m.publish_count_notices({ n: counts.notices[change] }) : '',
      counts.playlists[change] > 0 ? m.publish_count_playlists({ n: counts.playlists[change] }) : '',
      counts.schedules[change] > 0 ? m.publish_count_schedules({ n: counts.schedules[change] }) : '',
      counts.required[change] > 0 ? m.publish_count_required({ n: counts.required[change] }) : '',
      ...more,
    ]
      .filter((words) => words !== '')
      .join(', ');
  const added = what('added');
  const removed = what('removed');
  const changed = what('changed', counts.board > 0 ? m.publish_count_board() : '');
  const said = [
    added === '' ? '' : m.publish_count_added({ what: added }),
    removed === '' ? '' : m.publish_count_removed({ what: removed }),
    changed === '' ? '' : m.publish_count_changed({ what: changed }),
    counts.mourning ? m.publish_count_mourning() : '',
    counts.unreadable ? m.publish_count_unreadable() : '',
  ].filter((words) => words !== '');
  return said.length === 0 ? m.publish_count_none() : said.join('; ');
}

export function changeKindWord(change: ChangeKind): string {
  if (change === 'added') return m.publish_change_added();
  return change === 'removed' ? m.publish_change_removed() : m.publish_change_changed();
}

/** What differs of a playlist that stays: «thêm «Họp thôn»; đổi thứ tự». '' of one that comes or goes as a whole. */
export function playlistWords(playlist: ProgrammeChanges['playlists'][number]): string {
  if (playlist.change !== 'changed') return '';
  const said = [
    playlist.added.length > 0 ? m.publish_items_added({ titles: quoted(playlist.added) }) : '',
    playlist.removed.length > 0 ? m.publish_items_removed({ titles: quoted(playlist.removed) }) : '',
    playlist.reordered ? m.publish_items_order() : '',
    playlist.retimed ? m.publish_items_times() : '',
  ].filter((words) => words !== '');
  return said.length === 0 ? m.publish_list_renamed() : said.join('; ');
}

const quoted = (titles: readonly string[]): string => titles.map((title) => m.list_quoted({ text: title })).join(', ');

export function boardFieldWord(field: BoardField): string {
  switch (field) {
    case 'name':
      return m.board_name();
    case 'unit':
      return m.unit_field();
    case 'place':
      return m.board_place();
    case 'zone':
      return m.board_zone();
    case 'groups':
      return m.board_groups();
    case 'output':
      return m.board_form_output();
    case 'defaultPlaylist':
      return m.board_default_playlist();
    case 'player':
      return m.publish_new_player();
  }
}

/** Boards that change alike, where there are several: most boards first. */
export function alike(
  rows: Iterable<{ readonly boardId: string; readonly changes: ChangeCounts | null }>,
): { counts: ChangeCounts; boardIds: string[] }[] {
  const groups = new Map<string, { counts: ChangeCounts; boardIds: string[] }>();
  for (const { boardId, changes } of rows) {
    if (!changes) continue;
    const group = groups.get(changes.key);
    if (group) group.boardIds.push(boardId);
    else groups.set(changes.key, { counts: changes, boardIds: [boardId] });
  }
  return [...groups.values()]
    .filter(({ boardIds }) => boardIds.length > 1)
    .sort((a, b) => b.boardIds.length - a.boardIds.length);
}
