/** The focus never falls to the top of the page because what had it is gone. */
import { tick } from 'svelte';

const controls = 'button, input, select, textarea, a[href]';

/**
 * For what may make its own button go; asked before. What it answers is called when the button may be gone: if the focus is nowhere
 * then, the button has it where it was only moved, else what stands in its place among the controls of `within`, or the heading of the
 * page where there is none.
 */
export function placeOfFocus(within: Element | null | undefined): () => Promise<void> {
  const enabled = (): HTMLElement[] =>
    [...(within?.querySelectorAll<HTMLElement>(controls) ?? [])].filter(
      (control) => control.isConnected && !control.matches(':disabled'),
    );
  const had = document.activeElement as HTMLElement;
  const at = enabled().indexOf(had);
  return async () => {
    await tick();
    if (at < 0 || (document.activeElement ?? document.body) !== document.body) return;
    const left = enabled();
    (left.find((one) => one === had) ?? left[Math.min(at, left.length - 1)] ?? document.querySelector('h1'))?.focus();
  };
}

/** While the component lives: as `placeOfFocus`, whenever what `told` reads changes. */
export function keepFocus(within: () => Element | null | undefined, told: () => unknown): void {
  $effect.pre(() => {
    told();
    void placeOfFocus(within())();
  });
}

/** The first field there. */
export async function focusFirstField(within: Element | null | undefined): Promise<void> {
  await tick();
  within?.querySelector<HTMLElement>('input, textarea, select')?.focus();
}

/** The row that has come at this place of a list: whoever asked for more goes on there. */
export async function focusRow(list: Element | null | undefined, index: number): Promise<void> {
  await tick();
  const row = list?.children[index];
  if (!(row instanceof HTMLElement)) return;
  row.tabIndex = -1;
  row.focus();
}
