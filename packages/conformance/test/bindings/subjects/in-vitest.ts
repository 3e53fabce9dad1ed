import { conformance } from '../../../src/vitest.ts';
import { register } from './register.ts';

register(conformance);
