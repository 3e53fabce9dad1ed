import type { Plan } from './plan.ts';
import type { Seen } from './soak-client.ts';

/**
 * What is wrong with an exchange; `undefined`: nothing.
 *
 * @param isExcused Whether the origin was restarted meanwhile, so that anything may break, but still nothing may look
 *   whole that is not.
 */
export function fault(plan: Plan, seen: Seen, isExcused: boolean): string | undefined {
  if (!seen.isRight) return 'other bytes than were sent';
  if (seen.end === 'left') return undefined;
  const breaks = plan.break?.by;
  if (seen.end === 'whole' && seen.status === 200) {
    if (plan.direction === 'upload')
      return seen.text === 'whole' ? undefined : `the origin got it ${seen.text}`;
    if (seen.bytes !== plan.size) return `silently cut short: ${seen.bytes} of ${plan.size} bytes look whole`;
    // Cut off in the middle, it can only be whole when there was nothing left to cut.
    return breaks === 'origin' ? 'whole, though the origin broke it off' : undefined;
  }
  if (isExcused || breaks === 'origin') return undefined;
  return `${seen.end} with ${seen.status ?? 'no status'} after ${seen.bytes} bytes, and nobody had broken it off`;
}
