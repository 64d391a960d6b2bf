/** A copy of the built stage with an observer in its page: every scene that comes to the front is noted at its frame, from the first. */
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Runs in the page. The layer with the highest order is what is seen; the wall clock is the machine's, as the bench's is. */
const observer = `
const seen = (window.seenScenes = []);
let last = '';
const look = () => {
  const layers = [...document.querySelectorAll('.layer[data-front="true"]:not(.veil)')];
  const front = layers.sort((a, b) => Number(b.style.zIndex) - Number(a.style.zIndex))[0];
  const id = front?.dataset.sceneId ?? '';
  if (front && id !== last) {
    last = id;
    const label = front.querySelector('h1, h2, img[alt]');
    seen.push({ kind: front.dataset.kind, label: label?.textContent?.trim() || label?.getAttribute('alt') || '', at: Date.now() });
  }
  requestAnimationFrame(look);
};
look();
`;

/** @returns the folder of the copy */
export async function watchedStage(built: string, folder: string): Promise<string> {
  await cp(built, folder, { recursive: true });
  await writeFile(join(folder, 'observer.js'), observer);
  const index = join(folder, 'index.html');
  const html = await readFile(index, 'utf8');
  await writeFile(index, html.replace('</head>', '<script src="/observer.js"></script></head>'));
  return folder;
}
