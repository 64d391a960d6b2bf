/**
 * Loaded before a program (`node --import`), which then dies by its own hand, as by SIGKILL, right after the transaction of this number
 * in node:sqlite: the same moment every time, however busy the machine is.
 */
import { DatabaseSync } from 'node:sqlite';

let left = Number(process.env['BANG_TIN_DIE_AT_WRITE']);
const exec = DatabaseSync.prototype.exec;
DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string): void {
  exec.call(this, sql);
  if (sql.includes('COMMIT') && --left === 0) process.kill(process.pid, 'SIGKILL');
};
