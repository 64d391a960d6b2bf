/** Short confirmations in the corner. Errors that need an action stand where the action is, not here. */
export interface Toast {
  id: number;
  tone: 'good' | 'bad';
  text: string;
  /** Takes back what is confirmed. */
  undo?: (() => void) | undefined;
}

export class Toasts {
  list = $state<Toast[]>([]);
  #nextId = 1;

  /** What can be taken back stays for longer. @returns takes the toast away, where its way back leads nowhere any more */
  good(text: string, undo?: (() => void) | undefined): () => void {
    return this.#add('good', text, undo ? 12_000 : 5000, undo);
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

  #add(tone: Toast['tone'], text: string, lifeMs: number, undo?: () => void): () => void {
    const id = this.#nextId++;
    this.list = [...this.list.slice(-3), { id, tone, text, undo }];
    setTimeout(() => this.dismiss(id), lifeMs);
    return () => this.dismiss(id);
  }
}
