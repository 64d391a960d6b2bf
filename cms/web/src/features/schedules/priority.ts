import { m } from '../../paraglide/messages.js';

const steps = (): { value: number; label: string }[] => [
  { value: 10, label: m.priority_lowest() },
  { value: 30, label: m.priority_low() },
  { value: 50, label: m.priority_normal() },
  { value: 70, label: m.priority_high() },
  { value: 90, label: m.priority_highest() },
];

/** «Bình thường», or the number where it is none of the steps. */
export const priorityWord = (value: number): string =>
  steps().find((step) => step.value === value)?.label ?? m.priority_number({ n: value });

export function priorityOptions(value: number): { value: number; label: string }[] {
  const all = steps();
  if (!all.some((step) => step.value === value)) all.push({ value, label: m.priority_number({ n: value }) });
  return all.sort((a, b) => b.value - a.value);
}
