// What has to be so that the agent sees everything, whether it is so, and how to make it so.

import { messageOf } from '../base/app-error.ts'
import { isAudited, processCreationAudit } from '../platform/windows/audit-policy.ts'
import { isChannelEnabled, LogSubscription } from '../platform/windows/event-log.ts'
import { enablePrivilege, isElevated } from '../platform/windows/tokens.ts'
import { liveHive } from '../collect/windows/live-hive.ts'

export const securityChannel = 'Security'
export const sysmonChannel = 'Microsoft-Windows-Sysmon/Operational'
const auditSubcategory = '{0CCE922B-69AE-11D9-BED3-505054503030}'
const auditKey = 'Microsoft\\Windows\\CurrentVersion\\Policies\\System\\Audit'
const lineValue = 'ProcessCreationIncludeCmdLine_Enabled'

export interface Prerequisite {
  readonly id: 'administrator' | 'security-channel' | 'process-audit' | 'command-line' | 'sysmon'
  readonly title: string
  /** `unknown`: it could not be asked. `optional`: it is not so, and need not be. */
  readonly status: 'ok' | 'missing' | 'unknown' | 'optional'
  readonly detail: string
  /** A command, or one sentence; '' where nothing is to be done. */
  readonly fix: string
}

/** Asks the system; changes nothing but our own privileges. */
export function checkPrerequisites(): Prerequisite[] {
  // The audit policy is told to who may manage it, processes of others to who may debug them.
  enablePrivilege('SeSecurityPrivilege')
  enablePrivilege('SeDebugPrivilege')
  return [administrator(), channel(), processAudit(), commandLine(), sysmon()]
}

function administrator(): Prerequisite {
  const isOk = isElevated()
  return {
    id: 'administrator',
    title: 'runs as administrator',
    status: isOk ? 'ok' : 'missing',
    detail: isOk ? 'the token is elevated' : 'the Security log and processes of others cannot be read',
    fix: isOk ? '' : 'start it from an elevated prompt',
  }
}

function channel(): Prerequisite {
  const title = 'the Security log can be read'
  const head = { id: 'security-channel', title } as const
  try {
    new LogSubscription(securityChannel, 'now')[Symbol.dispose]()
    return { ...head, status: 'ok', detail: 'a subscription was granted', fix: '' }
  } catch (thrown) {
    const fix = 'start it as administrator, or add its account to the group Event Log Readers'
    return { ...head, status: 'missing', detail: messageOf(thrown), fix }
  }
}

function processAudit(): Prerequisite {
  const isOn = isAudited(processCreationAudit)
  const head = { id: 'process-audit', title: 'started processes are audited (event 4688)' } as const
  if (isOn === true) return { ...head, status: 'ok', detail: 'Process Creation: Success', fix: '' }
  return {
    ...head,
    status: isOn === undefined ? 'unknown' : 'missing',
    detail:
      isOn === undefined
        ? 'the audit policy could not be asked; processes are polled until an event 4688 comes'
        : 'Process Creation is not audited: processes are polled, and short ones are missed',
    fix: `auditpol /set /subcategory:"${auditSubcategory}" /success:enable`,
  }
}

function commandLine(): Prerequisite {
  const software = liveHive('SOFTWARE', 'HKLM', 'SOFTWARE')
  const isOn = software?.find(auditKey)?.value(lineValue)?.number() === 1
  return {
    id: 'command-line',
    title: 'event 4688 carries the command line',
    status: isOn ? 'ok' : 'missing',
    detail: isOn
      ? `${lineValue} is 1`
      : 'command lines are read from the running process instead: those of short ones are missed',
    fix: isOn ? '' : `reg add "HKLM\\SOFTWARE\\${auditKey}" /v ${lineValue} /t REG_DWORD /d 1 /f`,
  }
}

function sysmon(): Prerequisite {
  const isOn = isChannelEnabled(sysmonChannel)
  return {
    id: 'sysmon',
    title: 'Sysmon’s log is there',
    status: isOn === true ? 'ok' : 'optional',
    detail: isOn === true ? 'it is followed too' : 'not needed: event 4688 is enriched instead',
    fix: '',
  }
}
