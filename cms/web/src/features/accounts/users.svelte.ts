/** Accounts as the pages show them. */
import { user as userSchema, users as usersSchema, type User } from '../../../../../shared/protocol/api/users.ts';
import type { Role } from '../../../../../shared/protocol/api/accounts.ts';
import { useApp } from '../../lib/app.svelte.ts';
import { usePages, type Page, type Pages } from '../../lib/pages.svelte.ts';
import { useResource, type Resource } from '../../lib/resource.svelte.ts';

export interface UserFilter {
  readonly query: string;
  readonly role: Role | '';
  readonly state: User['state'] | '';
}
export interface UserPage extends Page<User> {
  readonly items: readonly User[];
  readonly total: number;
}

/** Those that fit, by name. */
export function useUsers(filter: () => UserFilter): Pages<UserPage> {
  const app = useApp();
  return usePages(async (cursor, signal) => {
    const { query, role, state } = filter();
    const params = new URLSearchParams({ limit: '50' });
    for (const [key, value] of Object.entries({ query: query.trim(), role, state, cursor: cursor ?? '' }))
      if (value !== '') params.set(key, value);
    const { users, total, next } = await app.api.get(`/api/users?${params}`, usersSchema, signal);
    return { items: users, total, next: next === null ? null : String(next) };
  });
}

export function useUser(id: () => string): Resource<User> {
  const app = useApp();
  return useResource((signal) => app.api.get(`/api/users/${id()}`, userSchema, signal));
}
