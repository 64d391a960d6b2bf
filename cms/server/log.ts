/** What the CMS writes of itself for whoever runs it. */
import { pino, type DestinationStream, type Logger } from 'pino';

/** Of a PostgreSQL error: the row or the values that it is about, which may be the hash of a password or a session's token. */
const ofRows = ['detail', 'where', 'internalQuery'] as const;

/** An error as it is logged: without what stood in the database. */
function withoutRows(error: Error): object {
  const told = pino.stdSerializers.err(error);
  for (const name of ofRows) delete told[name];
  return told;
}

export function createLog(level: string, destination: DestinationStream): Logger {
  return pino({ level, base: null, serializers: { err: withoutRows } }, destination);
}
