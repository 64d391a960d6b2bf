import type { Store } from './store.ts';

/** One step that brings the tables up to date: its statements, in the words of one dialect. What a name has done is never changed. */
export interface Migration {
  readonly name: string;
  statements(dialect: Store['dialect']): readonly string[];
}
