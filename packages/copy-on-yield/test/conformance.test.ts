import { conformance } from '@millrace/conformance/vitest';
import copyOnYield from '../src/index.ts';

conformance(copyOnYield);
