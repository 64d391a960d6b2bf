/** Short confirmations in the corner. Errors that need an action stand where the action is, not here. */
export interface Toast {
  id: number;
  tone: 'good' | 'bad';
  text: string;
  /** Takes back what is confirmed. */
  undo?: (() => void) | undefined;
  /** What `undo` takes back a change of. */
  about?: string | undefined;
}

export class Toasts {
  list = $state<Toast[]>([]);
  #nextId = 1;

  /**
   * What can be taken back stays for longer.
   * @param about the path of what was changed, where a newer change of it leaves nothing for this way back: older ones about it go
   * @returns takes the toast away, where its way back leads nowhere any more
   */
  good(text: string, undo?: () => void, about?: string): () => void {
    if (about !== undefined) this.list = this.list.filter((toast) => toast.about !== about);
    return this.#add('good', text, undo ? 12_000 : 5000, undo, about);
  }
  bad(text: string): void {
    this.#add('bad', text, 12_000);
  }
  dismiss(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }
  /** What one person is told is nothing for the next. */
  clear(): void {
    this.list = [];
  }

  #add(tone: Toast['tone'], text: string, lifeMs: number, undo?: () => void, about?: string): () => void {
    const id = this.#nextId++;
    this.list = [...this.list.slice(-3), { id, tone, text, undo, about }];
    setTimeout(() => this.dismiss(id), lifeMs);
    return () => this.dismiss(id);
  }
}
