/** A copy of the built stage whose page has a fault: what a bench that finds nothing has to find. */
import { chmod, cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repoRoot } from '../../../../scripts/lib/paths.ts';

/** As another scene comes to the front the glass is plain for 100 ms; or 300 ms later it shows for as long what was there before. */
export const injected = ['black', 'white', 'stale'] as const;
export type InjectedFault = (typeof injected)[number];

/** Runs in the page, and takes the faults in turn. What has gone is a copy of the picture or clip in front, its last frame drawn on it. */
const fault = (faults: readonly InjectedFault[]): string => `
let last = '', scenes = 0, before = null;
const cover = (what) => {
  const over = what === 'stale' ? before : document.createElement('div');
  if (!over) return;
  over.style.cssText = 'position:fixed;inset:0;width:100%;height:100%;z-index:2147483647;background:' + what;
  document.body.append(over);
  setTimeout(() => over.remove(), 100);
};
const look = () => {
  const layers = [...document.querySelectorAll('.layer[data-front="true"]')];
  const front = layers.sort((a, b) => Number(b.style.zIndex) - Number(a.style.zIndex))[0];
  const id = front?.dataset.sceneId ?? '';
  if (id !== last) {
    last = id;
    if (scenes++ % 2 === 1) {
      const what = ${JSON.stringify(faults)}[(scenes >> 1) % ${faults.length}];
      if (what === 'stale') setTimeout(cover, 300, what);
      else cover(what);
    }
  }
  const shown = front?.querySelector('img, video');
  if (shown && scenes % 2 === 1) {
    before = document.createElement('canvas');
    before.width = 640;
    before.height = 360;
    before.getContext('2d').drawImage(shown, 0, 0, 640, 360);
  }
  requestAnimationFrame(look);
};
look();
`;

/** @returns the folder of the copy */
export async function faultyStage(folder: string, faults: readonly InjectedFault[]): Promise<string> {
  await cp(join(repoRoot, 'dist/stage'), folder, { recursive: true });
  await writeFile(join(folder, 'fault.js'), fault(faults));
  const index = join(folder, 'index.html');
  const html = await readFile(index, 'utf8');
  await writeFile(index, html.replace('</head>', '<script src="/fault.js"></script></head>'));
  await chmod(folder, 0o755);
  return folder;
}
