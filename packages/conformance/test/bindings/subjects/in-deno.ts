import { conformance } from '../../../src/deno.ts';
import { register } from './register.ts';

register(conformance);
