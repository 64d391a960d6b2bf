/** Files that are saved on the person's computer: those that the page makes, and those that the CMS sends. */
import { csvMark } from '../../../../shared/util/csv.ts';
import { ApiError, type Api } from './api.ts';

/** Lets the browser save it. */
export function saveFile(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has begun to read it by the next turn; a minute leaves room for those that have not.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** @param lines as `csvLine` makes them */
export function saveCsv(name: string, lines: readonly string[]): void {
  saveFile(name, new Blob([csvMark, ...lines], { type: 'text/csv;charset=utf-8' }));
}

/**
 * Fetches a file of the CMS and lets the browser save it, under the name that the CMS gives it (RFC 6266). It is fetched here
 * and not by following a link, so that a refusal has its sentence, and once: the audit log says who took what.
 * @throws ApiError
 */
export async function download(api: Pick<Api, 'read'>, path: string, save = saveFile): Promise<void> {
  const response = await api.read(path);
  const encoded = /filename\*=UTF-8''([^;\s]+)/u.exec(response.headers.get('content-disposition') ?? '')?.[1];
  const content = await response.blob().catch((cause: unknown) => {
    throw new ApiError('network_unreachable', 'The file did not arrive whole', { status: 503, cause });
  });
  save(encoded === undefined ? '' : decodeURIComponent(encoded), content);
}
