/** What is told like a fault, so that whoever reads the journal knows of it, and is none. */
import type { FaultCode } from './table.ts';

const notes = [
  'technician_asked',
  'technician_opened',
  'technician_acted',
  'technician_closed',
] as const satisfies readonly FaultCode[];
export type NoteCode = (typeof notes)[number];

export const isNote = (code: string): boolean => notes.some((note) => note === code);
