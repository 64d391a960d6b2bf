/** Kysely's PostgreSQL dialect over pg, with int8 and numeric read as numbers: our integers stay below 2^53. */
import { PostgresDialect, type Dialect } from 'kysely';
import pg from 'pg';

const INT8 = 20;
const NUMERIC = 1700;

const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (oid === INT8 || oid === NUMERIC) return Number;
    return pg.types.getTypeParser(oid, format ?? 'text');
  }) as pg.CustomTypesConfig['getTypeParser'],
};

/** @param onError what to do about a connection that breaks while idle; the pool replaces it */
export function postgresDialect(url: string, connections: number, onError: (error: Error) => void): Dialect {
  return new PostgresDialect({
    pool: () => {
      const pool = new pg.Pool({ connectionString: url, max: connections, types, application_name: 'bang-tin' });
      pool.on('error', onError);
      return Promise.resolve(pool);
    },
  });
}
