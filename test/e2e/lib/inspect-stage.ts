/** Looks at a stage from inside its page: each of these is handed to `page.evaluate`, so it stands by itself. */

/** In the page: how many pages the scene in front has. */
export function pageCount(): number {
  // Text and pictures that come one after the other say how many there are in all.
  const turns = document.querySelector<HTMLElement>('[data-turns]');
  if (turns) return Number(turns.dataset.turns);
  const sheets = document.querySelectorAll('.sheets > .sheet').length;
  const texts = [...document.querySelectorAll<HTMLElement>('[data-pages]')].map((room) => Number(room.dataset.pages));
  return Math.max(1, sheets + texts.reduce((sum, pages) => sum + pages, 0));
}

/** In the page: lines of all texts that are shown in pages. */
export function pagedLines(): number {
  let lines = 0;
  for (const room of document.querySelectorAll<HTMLElement>('[data-pages]')) {
    const used = [...room.querySelectorAll<HTMLElement>('.flow')].filter((flow) =>
      flow.closest('.window')?.hasAttribute('data-used'),
    );
    for (const flow of used) {
      for (const paragraph of flow.children)
        lines += Math.round((paragraph as HTMLElement).offsetHeight / parseFloat(getComputedStyle(flow).lineHeight));
    }
  }
  return lines;
}

/** In the page: what is cut off or too small, and how many lines of paged text are whole within their windows. */
export function inspect(): { problems: string[]; paged: number } {
  const problems: string[] = [];
  let paged = 0;
  const layer = document.querySelector('.layer')!;
  const glass = layer.getBoundingClientRect();
  const shown = (element: Element) => element.checkVisibility({ visibilityProperty: true });
  for (const element of layer.querySelectorAll<HTMLElement>('*')) {
    if (!shown(element) || element.closest('svg') !== null || element.matches('.window, .flow, .flow *')) continue;
    if (element.matches('.value, .meaning') && element.scrollWidth > element.clientWidth) {
      problems.push(`runs into its neighbour: ${element.textContent}`);
    }
    const { overflow } = getComputedStyle(element);
    if (
      overflow !== 'visible' &&
      (element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight)
    ) {
      problems.push(
        `overflows: ${element.className} ${element.scrollWidth}×${element.scrollHeight} in ${element.clientWidth}×${element.clientHeight}`,
      );
    }
  }
  const walker = document.createTreeWalker(layer, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (parent === null || !shown(parent) || (node.textContent ?? '').trim() === '') continue;
    const style = getComputedStyle(parent);
    const size = parseFloat(style.fontSize);
    if (size < 14) problems.push(`${size} px: ${node.textContent}`);
    if (parent.closest('.flow') !== null && parseFloat(style.lineHeight) < size * 1.3)
      problems.push(`tight lines: ${node.textContent}`);
    const range = document.createRange();
    range.selectNodeContents(node);
    const window = parent.closest('.window')?.getBoundingClientRect();
    const tops = new Set<number>();
    for (const rect of range.getClientRects()) {
      if (rect.width === 0) continue;
      if (rect.left < glass.left - 0.5 || rect.right > glass.right + 0.5)
        problems.push(`beyond the side: ${node.textContent}`);
      if (window === undefined) {
        if (rect.top < glass.top - 0.5 || rect.bottom > glass.bottom + 0.5)
          problems.push(`beyond the edge: ${node.textContent}`);
        continue;
      }
      if (rect.bottom <= window.top + 1 || rect.top >= window.bottom - 1) continue;
      if (rect.top < window.top - 1 || rect.bottom > window.bottom + 1) problems.push(`cut: ${node.textContent}`);
      tops.add(Math.round(rect.top));
    }
    paged += tops.size;
  }
  return { problems, paged };
}

/** In the page: texts whose marks, as they are drawn, reach out of the element that `selector` finds around them, in px above and below; less than half a px to spare counts. */
export function marksBeyond(selector: string): { text: string; above: number; below: number }[] {
  const brush = document.createElement('canvas').getContext('2d')!;
  return [...document.querySelectorAll<HTMLElement>(selector)]
    .filter((element) => element.checkVisibility())
    .map((element) => {
      const { font, textTransform } = getComputedStyle(element);
      const written = (element.textContent ?? '').trim();
      const text = textTransform === 'uppercase' ? written.toLocaleUpperCase('vi') : written;
      brush.font = font;
      const ink = brush.measureText(text);
      const range = document.createRange();
      range.selectNodeContents(element);
      const line = range.getBoundingClientRect();
      const baseline = line.top + ink.fontBoundingBoxAscent;
      // «.level span»: what the span says, in the box of the level.
      const box = element.closest(selector.split(' ')[0]!)!.getBoundingClientRect();
      const above = box.top - (baseline - ink.actualBoundingBoxAscent);
      return { text, above, below: baseline + ink.actualBoundingBoxDescent - box.bottom };
    })
    .filter(({ above, below }) => above > -0.5 || below > -0.5);
}

/** In the page: the text that is seen, as it stands in its elements. */
export function shownText(): string {
  const layer = document.querySelector('.layer[data-front=true]')!;
  const walker = document.createTreeWalker(layer, NodeFilter.SHOW_TEXT);
  const texts: string[] = [];
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const seen = node.parentElement !== null && node.parentElement.checkVisibility({ visibilityProperty: true });
    if (seen) texts.push(node.textContent ?? '');
  }
  return texts.join(' ');
}
