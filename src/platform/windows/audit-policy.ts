// Whether the system writes a kind of audit events: AuditQuerySystemPolicy, subcategory by subcategory.

import { type Handle, ifThere, native } from './native.ts'
import { auditPolicyInformation, decode } from './structs.ts'

const querySystemPolicy = native<boolean>(
  'advapi32.dll',
  'bool __stdcall AuditQuerySystemPolicy(void *subcategories, uint32 count, _Out_ intptr_t *policy)',
)
const auditFree = native<void>('advapi32.dll', 'void __stdcall AuditFree(intptr_t buffer)')

/** Audit_DetailedTracking_ProcessCreation, {0cce922b-69ae-11d9-bed3-505054503030}. */
export const processCreationAudit = Buffer.from('2b92ce0cae69d911bed3505054503030', 'hex')
const success = 1

/** Undefined: it may not be asked (that needs SeSecurityPrivilege), or nobody here can tell. */
export function isAudited(subcategory: Buffer): boolean | undefined {
  return ifThere(() => {
    const policy: Handle[] = [0]
    if (!querySystemPolicy(subcategory, 1, policy) || Number(policy[0]) === 0) return undefined
    const at = policy[0] ?? 0
    const { AuditingInformation: flags } = decode<{ readonly AuditingInformation: number }>(
      auditPolicyInformation,
      BigInt(at),
    )
    auditFree(at)
    return (flags & success) !== 0
  })
}
