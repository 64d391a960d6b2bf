/** Short confirmations in the corner. Errors that need an action stand where the action is, not here. */
export interface Toast {
  id: number;
  tone: 'good' | 'bad';
  text: string;
}

export class Toasts {
  list = $state<Toast[]>([]);
  #nextId = 1;

  good(text: string): void {
    this.#add('good', text, 5000);
  }
  bad(text: string): void {
    this.#add('bad', text, 12_000);
  }
  dismiss(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }

  #add(tone: Toast['tone'], text: string, lifeMs: number): void {
    const id = this.#nextId++;
    this.list = [...this.list.slice(-3), { id, tone, text }];
    setTimeout(() => this.dismiss(id), lifeMs);
  }
}
