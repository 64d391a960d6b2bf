/** More values than this in one statement would pass SQLite's limit of parameters. */
const idsPerStatement = 5000;

/** Ids as one statement takes them. */
export function chunksOf(ids: readonly string[]): (readonly string[])[] {
  const chunks: (readonly string[])[] = [];
  for (let i = 0; i < ids.length; i += idsPerStatement) chunks.push(ids.slice(i, i + idsPerStatement));
  return chunks;
}

/** What a query finds for any number of ids, asked for in as many statements as that takes. */
export async function inChunks<T>(
  ids: readonly string[],
  read: (chunk: readonly string[]) => Promise<readonly T[]>,
): Promise<T[]> {
  const found: T[][] = [];
  for (const chunk of chunksOf(ids)) found.push([...(await read(chunk))]);
  return found.flat();
}
