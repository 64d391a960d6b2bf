/** What differs between two versions of a playlist, in words. */
import type { PlaylistInput } from '../../../../../shared/protocol/api/content.ts';
import { differences, type Change, type Line } from '../../lib/changes.ts';
import { durationWords } from '../../lib/words.ts';
import { m } from '../../paraglide/messages.js';
import { validityWords } from './validity.ts';

interface Names {
  unit: (id: string) => string;
  notice: (id: string) => string;
}

export const changesOf = (before: PlaylistInput, after: PlaylistInput, names: Names): Change[] =>
  differences(linesOf(before, names), linesOf(after, names));

function linesOf({ name, unitId, items }: PlaylistInput, names: Names): Line[] {
  const words = items.map((item, index) => {
    const length = item.durationMs === null ? '' : durationWords(item.durationMs);
    return [`${index + 1}. ${names.notice(item.noticeId)}`, length, validityWords(item)].filter(Boolean).join(' · ');
  });
  return [
    [m.playlist_name(), name],
    [m.unit_field(), names.unit(unitId)],
    [m.playlist_items(), words.join('\n')],
  ];
}
