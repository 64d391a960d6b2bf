/**
 * The others who have the same thing open in an editor: who is changing it, and what they have saved. The page says by the console
 * socket that it has it open, and whether there is something unsaved; only that is told to others.
 */
import { untrack } from 'svelte';
import type { EditedKind, Editing } from '../../../../shared/protocol/api/console.ts';
import type { Live } from './live.svelte.ts';

class CoEditing {
  /** How it stands; null: not known, as without a connection, or of what is still new. */
  state = $state.raw<Editing | null>(null);
}

/** @param idOf of what is saved; null while it is new. @param dirtyOf whether there is something unsaved */
export function useCoEditing(
  live: Live,
  kind: EditedKind,
  idOf: () => string | null,
  dirtyOf: () => boolean,
): CoEditing {
  const coEditing = new CoEditing();
  /** Since when there has been something unsaved, ms. */
  let since: number | null = null;
  const id = $derived(idOf());
  const dirty = $derived(dirtyOf());

  $effect(() => {
    if (id === null) return;
    const end = live.on('editingChangedV1', (state) => {
      if (state.kind === kind && state.id === id) coEditing.state = state;
    });
    return () => {
      end();
      coEditing.state = null;
      void untrack(() => live.ask('closeEditorV1', { kind, id }));
    };
  });

  // Said again when something unsaved begins or ends, and after each connection.
  $effect(() => {
    const now = performance.now();
    since = dirty ? (since ?? now) : null;
    if (id === null || live.state !== 'online') return;
    const editingMs = since === null ? null : Math.round(now - since);
    const before = untrack(() => coEditing.state);
    void live.ask('openEditorV1', { kind, id, editingMs }).then((answer) => {
      // What was told meanwhile is newer than the answer.
      if (!answer?.ok || coEditing.state !== before) return;
      const { ok: _ok, ...state } = answer;
      coEditing.state = state;
    });
  });

  return coEditing;
}
