import { m } from '../../paraglide/messages.js';

const steps = (): { value: number; label: string }[] => [
  { value: 10, label: m.priority_lowest() },
  { value: 30, label: m.priority_low() },
  { value: 50, label: m.priority_normal() },
  { value: 70, label: m.priority_high() },
  { value: 90, label: m.priority_highest() },
];

/** «Bình thường»; «Thấp (20)» where it is none of the steps but near one. */
export function priorityWord(value: number): string {
  const step = steps().reduce((best, next) =>
    Math.abs(next.value - value) <= Math.abs(best.value - value) ? next : best,
  );
  return step.value === value ? step.label : m.priority_number({ word: step.label, n: value });
}

export function priorityOptions(value: number): { value: number; label: string }[] {
  const all = steps();
  if (!all.some((step) => step.value === value)) all.push({ value, label: priorityWord(value) });
  return all.sort((a, b) => b.value - a.value);
}
