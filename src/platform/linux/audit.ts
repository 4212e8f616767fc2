// The audit records of the host for everybody in this process: one registration with the kernel, however many listen.
// Program starts and other system calls come by rules (`CallRule`); logins, changes of accounts, and the services of
// systemd come by themselves once audit is on (`RecordType` of audit-record.ts).

import { AuditCore, type AuditOptions, type AuditSource } from './audit-core.ts'

export type { AuditFigures, AuditLoss, AuditOptions, AuditSource } from './audit-core.ts'

let shared: Promise<AuditCore> | undefined
/** Ends when the registration before has been given back. */
let closing: Promise<void> = Promise.resolve()

/**
 * Opens the audit records of the host. Throws AppError `permission` without CAP_AUDIT_CONTROL and CAP_AUDIT_READ,
 * `unsupported` or `kernel` where there is no audit (a container, the configuration of the kernel).
 */
export async function openAuditSource(options: AuditOptions): Promise<AuditSource> {
  shared ??= openCore(options)
  const opening = shared
  try {
    const core = await opening
    const source = await core.add(options)
    return {
      ...source,
      async close() {
        await source.close()
        await closeUnused(opening)
      },
    }
  } catch (thrown) {
    await closeUnused(opening)
    throw thrown
  }
}

async function openCore({ memory }: AuditOptions): Promise<AuditCore> {
  await closing
  const core = new AuditCore()
  await core.open(memory)
  return core
}

async function closeUnused(opening: Promise<AuditCore>): Promise<void> {
  const core = await opening.catch(() => undefined)
  if (core !== undefined && core.users > 0) return
  if (shared !== opening) return
  shared = undefined
  closing = core?.close() ?? Promise.resolve()
  await closing
}
