/** The CMS's pages and the stage, as built by Vite: names with a hash are kept for ever, pages are asked for each time. */
import fastifyStatic from '@fastify/static';
import type { FastifyReply } from 'fastify';
import { stat } from 'node:fs/promises';
import { AppError } from '../../shared/util/errors.ts';
import type { Routes } from './context.ts';

export interface PageFolders {
  /** Built pages of the CMS, absolute; null when this process serves none. */
  readonly web: string | null;
  readonly stage: string | null;
}

const YEAR_MS = 365 * 86_400_000;
/** Vite puts what carries a hash in its name into this folder. */
const hashed = /^assets\//;

/** @throws AppError `pages_missing` when a folder holds no index.html */
export function pageRoutes(folders: PageFolders): Routes {
  return async (app) => {
    for (const folder of [folders.web, folders.stage]) if (folder !== null) await assertBuilt(folder);
    if (folders.web === null && folders.stage === null) return;
    await app.register(fastifyStatic, {
      serve: false,
      // The forms that the build has put beside the files (scripts/lib/precompress.ts).
      preCompressed: true,
      root: [folders.web, folders.stage].filter((folder) => folder !== null),
    });
    const config = { auth: 'public' } as const;

    function send(reply: FastifyReply, root: string, path: string): FastifyReply {
      const keep = hashed.test(path);
      const options = keep ? { maxAge: YEAR_MS, immutable: true } : { cacheControl: false };
      if (!keep) void reply.header('cache-control', 'no-cache');
      return reply.sendFile(path, root, { ...options, dotfiles: 'deny' });
    }

    if (folders.stage !== null) {
      const { stage } = folders;
      app.get('/stage', { config }, (_request, reply) => reply.redirect('/stage/', 308));
      app.get<{ Params: { '*': string } }>('/stage/*', { config }, (request, reply) =>
        send(reply, stage, request.params['*'] || 'index.html'),
      );
    }
    if (folders.web !== null) {
      const { web } = folders;
      app.get<{ Params: { '*': string } }>('/*', { config }, (request, reply) => {
        const path = request.params['*'];
        // A name with a dot is a file; everything else is a page, which the app in index.html knows.
        if (path === '' || /\.[a-z0-9]+$/i.test(path)) return send(reply, web, path || 'index.html');
        void reply.header('vary', 'Accept');
        if (isForMachines(path) || !/\btext\/html\b/.test(request.headers.accept ?? '')) {
          void reply.header('cache-control', 'no-store');
          throw new AppError('not_found', 'There is nothing at this address', { status: 404 });
        }
        return send(reply, web, 'index.html');
      });
    }
  };
}

/**
 * Where only programs ask: a page with 200 would tell a monitor that all is well. Beside what the CMS has itself, the names by which
 * monitors try, since some of them say that they take HTML, as a browser does.
 */
const isForMachines = (path: string): boolean =>
  /^(api|content|stage|socket\.io|metrics|health|healthz|health-?check|livez?|readyz?|status|ping)(\/|$)/i.test(path);

async function assertBuilt(folder: string): Promise<void> {
  const found = await stat(`${folder}/index.html`).catch(() => null);
  if (!found)
    throw new AppError('pages_missing', `There is no index.html in ${folder}; build the pages first (npm run build)`, {
      status: 500,
    });
}
