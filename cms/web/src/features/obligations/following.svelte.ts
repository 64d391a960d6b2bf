/** Keeps what a page shows of obligations up to date while others send, see and accept. */
import { useApp } from '../../lib/app.svelte.ts';
import type { Resource } from '../../lib/resource.svelte.ts';

/**
 * Loads again after news of obligations, and when the line is back.
 * @param everyMs a province is answered by hundreds of communes: no oftener than this
 */
export function followObligations(resource: Pick<Resource<unknown>, 'refresh'>, everyMs: number): void {
  const { live } = useApp();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void resource.refresh();
    }, everyMs);
  };
  $effect(() => {
    const ends = [live.on('obligationsChangedV1', soon), live.onReturn(soon)];
    return () => {
      clearTimeout(timer);
      for (const end of ends) end();
    };
  });
}
