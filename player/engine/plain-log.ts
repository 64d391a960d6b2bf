/** The log for a person at a terminal: a line of text for each line of JSON. */

const levels: Record<number, string> = { 40: 'warning', 50: 'ERROR', 60: 'FATAL' };
/** Of every line, or said by the level. */
const usual = new Set(['level', 'time', 'msg', 'part']);

/** @param line as pino writes it; what is none stays as it is */
export function plainLine(line: string): string {
  let record: Record<string, unknown>;
  try {
    record = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return line;
  }
  const { level, time, msg } = record;
  const clock = new Date(Number(time)).toTimeString().slice(0, 8);
  const facts = Object.entries(record)
    .filter(([key]) => !usual.has(key))
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : wordOf(value)}`);
  const words = [
    clock,
    levels[Number(level)] ?? '',
    String(msg ?? ''),
    facts.length > 0 ? `(${facts.join(', ')})` : '',
  ];
  // What others sent stands in it: nothing of that may steer the terminal.
  return `${words
    .filter((word) => word !== '')
    .join(' ')
    .replace(/\p{Cc}+/gu, ' ')}\n`;
}

/** Of an error what it says; its stack is for the file. */
function wordOf(value: unknown): string {
  const { message } = (value ?? {}) as { message?: unknown };
  return typeof message === 'string' ? message : JSON.stringify(value);
}
