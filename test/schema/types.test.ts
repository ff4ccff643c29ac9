import { expect, it } from 'vitest';
import type * as z from 'zod';
import type { Diagnostic } from '../../src/diagnostics.ts';
import type { KeyRow } from '../../src/explain/key-rows.ts';
import type { ApplyReport, ErrorReport } from '../../src/report/apply-report.ts';
import type { AuditDocument, AuditReport } from '../../src/report/audit-report.ts';
import type { VerifyReport } from '../../src/report/verify-report.ts';
import type { applyReport, errorReport } from '../../src/schema/apply.ts';
import type { auditDocument, domainAudit } from '../../src/schema/audit.ts';
import type { diagnostic } from '../../src/schema/diagnostics.ts';
import type { keyRow } from '../../src/schema/keys.ts';
import type { plan } from '../../src/schema/plan.ts';
import type { report } from '../../src/schema/report.ts';
import type { PlanFile } from '../../src/workflow/plan-file.ts';

/** Whether all that a type allows is in a shape; the shapes themselves say that they allow no more. */
type IsAllIn<T, Shape extends z.ZodType> = T extends z.infer<Shape> ? true : false;

it('the shapes allow all that the types allow (the compiler tells)', () => {
  const all: readonly [
    IsAllIn<Diagnostic, typeof diagnostic>,
    IsAllIn<PlanFile, typeof plan>,
    IsAllIn<VerifyReport, typeof report>,
    IsAllIn<ApplyReport, typeof applyReport>,
    IsAllIn<ErrorReport, typeof errorReport>,
    IsAllIn<AuditDocument, typeof auditDocument>,
    IsAllIn<AuditReport, typeof domainAudit>,
    IsAllIn<KeyRow, typeof keyRow>,
  ] = [true, true, true, true, true, true, true, true];
  expect(all).not.toContain(false);
});
