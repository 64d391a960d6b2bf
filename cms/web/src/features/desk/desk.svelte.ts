/** What waits for the person who is here: one answer for all pages, kept up to date while others submit, decide, send and accept. */
import { createContext } from 'svelte';
import { desk, type Desk } from '../../../../../shared/protocol/api/desk.ts';
import { useApp } from '../../lib/app.svelte.ts';
import { useResource, type Resource } from '../../lib/resource.svelte.ts';

/** A storm of news is one question, ms. */
const reloadAfterMs = 500;

const [useDesk, provide] = createContext<Resource<Desk>>();
export { useDesk };

/** For all pages below. */
export function provideDesk(): void {
  const { api, live, session } = useApp();
  const resource = useResource((signal) => {
    // Other rights, as where one begins to stand in for somebody, are other things that wait.
    void session.holder?.grants;
    return api.get('/api/desk', desk, signal);
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void resource.refresh();
    }, reloadAfterMs);
  };
  $effect(() => {
    const ends = [live.on('approvalsChangedV1', soon), live.on('obligationsChangedV1', soon), live.onReturn(soon)];
    return () => {
      clearTimeout(timer);
      for (const end of ends) end();
    };
  });
  provide(resource);
}
