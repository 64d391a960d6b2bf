/** Playlists to choose from. Communes call theirs alike, so that the unit stands beside the name where there are several. */
import type { Unit } from '../../../../../shared/protocol/api/units.ts';
import type { PlaylistRow } from '../../../../../shared/protocol/api/content.ts';
import { m } from '../../paraglide/messages.js';

/** Whether a board of the unit may have a playlist as its default: one of its own unit, or of a unit above. */
export function mayPlayAt(
  unitId: string,
  units: readonly Pick<Unit, 'id' | 'parentId'>[],
): (playlist: Pick<PlaylistRow, 'unitId'>) => boolean {
  const parentOf = new Map(units.map((unit) => [unit.id, unit.parentId]));
  const path = new Set<string>();
  for (let id: string | null = unitId; id !== null && !path.has(id); id = parentOf.get(id) ?? null) path.add(id);
  return (playlist) => path.has(playlist.unitId);
}

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
