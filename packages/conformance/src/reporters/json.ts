import { reportOf } from '../report.ts';
import type { RunRecord } from '../run-record.ts';

export function jsonReport(record: RunRecord): string {
  return `${JSON.stringify(reportOf(record), null, 2)}\n`;
}
