import { conformance } from '@millrace/conformance/vitest';
import ringBuffer from '../src/index.ts';

conformance(ringBuffer);
