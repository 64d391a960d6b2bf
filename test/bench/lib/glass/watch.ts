/** Has displays watched by a process of its own (watcher.ts). */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Display } from './display.ts';
import type { Change } from './watcher.ts';

export class Watch {
  /** In the order in which they were seen. */
  readonly changes: Change[] = [];
  /** The longest time between two looks, ms: what came and went in it was not seen. */
  longestBlinkMs = 0;
  readonly #child: ChildProcess;

  constructor(displays: readonly Display[]) {
    const program = fileURLToPath(new URL('watcher.ts', import.meta.url));
    this.#child = fork(
      program,
      displays.map(({ file }) => file),
      { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
    );
    this.#child.on('message', (message) => {
      const { changes, longest } = message as { changes: Change[]; longest: number };
      this.changes.push(...changes);
      this.longestBlinkMs = Math.max(this.longestBlinkMs, longest);
    });
  }

  /** From now on no other pictures are items; what was seen till now is forgotten. */
  learned(): void {
    this.#child.send('learned');
    this.changes.length = 0;
    this.longestBlinkMs = 0;
  }

  stop(): void {
    this.#child.disconnect();
  }
}
