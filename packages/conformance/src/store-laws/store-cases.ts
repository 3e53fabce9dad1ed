import { accountingCases } from './accounting.ts';
import { fixedMemoryCases } from './fixed-memory.ts';
import { handedOutMemoryCases } from './handed-out-memory.ts';
import { lentViewCases } from './lent-views.ts';
import { linearCostCases } from './linear-cost.ts';
import { orderAndContentCases } from './order-and-content.ts';
import { releaseCases } from './release.ts';
import { resultCases } from './results.ts';
import { sourceCases } from './sources.ts';
import type { StoreCase } from './store-case.ts';
import type { StorePlan } from './store-plan.ts';
import { unsteadyMemoryCases } from './unsteady-memory.ts';

/** Every case of S1–S10, in the order of the laws. */
export function storeCases(plan: StorePlan): readonly StoreCase[] {
  return [
    ...orderAndContentCases(plan),
    ...sourceCases(plan),
    ...resultCases(plan),
    ...lentViewCases(plan),
    ...accountingCases(plan),
    ...releaseCases(plan),
    ...fixedMemoryCases(plan),
    ...unsteadyMemoryCases(plan),
    ...linearCostCases(plan),
    ...handedOutMemoryCases(plan),
  ];
}
