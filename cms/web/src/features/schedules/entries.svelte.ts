import { scheduleEntries, type ScheduleEntry } from '../../../../../shared/protocol/api/content.ts';
import { useApp } from '../../lib/app.svelte.ts';
import { useResource, type Resource } from '../../lib/resource.svelte.ts';

/** The schedule entries in sight, as last loaded. */
export function useScheduleEntries(): Resource<ScheduleEntry[]> {
  const app = useApp();
  return useResource(async (signal) => (await app.api.get('/api/schedule-entries', scheduleEntries, signal)).entries);
}
