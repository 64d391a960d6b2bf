import type { EventMap, Events } from './context.ts';

/** The events of one process. A listener that throws is reported and keeps nobody else from hearing. */
export function createEvents(onError: (error: unknown, name: keyof EventMap) => void): Events {
  const listeners = new Map<keyof EventMap, Set<(payload: never) => void>>();
  return {
    emit(name, payload) {
      for (const listener of [...(listeners.get(name) ?? [])]) {
        try {
          (listener as (given: typeof payload) => void)(payload);
        } catch (error) {
          onError(error, name);
        }
      }
    },
    on(name, listener) {
      let set = listeners.get(name);
      if (!set) listeners.set(name, (set = new Set()));
      set.add(listener);
      return () => void set.delete(listener);
    },
  };
}
