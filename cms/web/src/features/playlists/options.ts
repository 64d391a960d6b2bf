/** Playlists to choose from. Communes call theirs alike, so that the unit stands beside the name where there are several. */
import type { Unit } from '../../../../../shared/protocol/api/units.ts';
import type { PlaylistRow } from '../../../../../shared/protocol/api/content.ts';
import { m } from '../../paraglide/messages.js';

export function playlistOptions(
  playlists: readonly Pick<PlaylistRow, 'id' | 'name' | 'unitId'>[],
  units: readonly Pick<Unit, 'id' | 'name'>[],
): { value: string; label: string }[] {
  const several = new Set(playlists.map((p) => p.unitId)).size > 1;
  return playlists
    .map(({ id, name, unitId }) => {
      const unit = several ? units.find((u) => u.id === unitId)?.name : undefined;
      return { value: id, label: unit === undefined ? name : m.playlist_of_unit({ name, unit }) };
    })
    .sort((a, b) => a.label.localeCompare(b.label, 'vi'));
}
