/**
 * Imported first, for its effect: zod would else try `new Function` when its schemas are first used, which the page's content policy
 * refuses and reports each time. It says so where zod looks when it is read (`globalThis.__zod_globalConfig`, see zod's core.ts): by
 * `config()` it would come after the schemas in other files of the page, and zod itself would be part of the entry.
 */
declare global {
  var __zod_globalConfig: { jitless?: boolean } | undefined;
}

globalThis.__zod_globalConfig = { jitless: true };

export {};
