// What a machine is: name, Windows' version and installation, time zone, last shutdown, and settings that say how far its traces
// reach (prefetch, audit, last access times). A table of values in SYSTEM and SOFTWARE.

import { filetime } from '../fields.ts'
import type { Hive, HiveValue } from '../hive.ts'

export interface SystemFact {
  /** E.g. `computer name`. */
  readonly name: string
  readonly value: string
  readonly key: string
  /** Last write to the key. */
  readonly time: string
}

type Reading = 'as it is' | 'filetime' | 'unix time' | 'minutes'

type Row = readonly [name: string, key: string, value: string, reading?: Reading]

const currentNt = 'Microsoft\\Windows NT\\CurrentVersion'
const zone = 'Control\\TimeZoneInformation'
const tcpip = 'Services\\Tcpip\\Parameters'
const policies = 'Microsoft\\Windows\\CurrentVersion\\Policies\\System'

/** Below SOFTWARE. */
const softwareRows: readonly Row[] = [
  ['product', currentNt, 'ProductName'],
  ['edition', currentNt, 'EditionID'],
  ['display version', currentNt, 'DisplayVersion'],
  ['release', currentNt, 'ReleaseId'],
  ['version', currentNt, 'CurrentVersion'],
  ['major version', currentNt, 'CurrentMajorVersionNumber'],
  ['build', currentNt, 'CurrentBuildNumber'],
  ['update build revision', currentNt, 'UBR'],
  ['build branch', currentNt, 'BuildLabEx'],
  ['service pack', currentNt, 'CSDVersion'],
  ['installation type', currentNt, 'InstallationType'],
  ['installed', currentNt, 'InstallDate', 'unix time'],
  ['installed (exact)', currentNt, 'InstallTime', 'filetime'],
  ['registered owner', currentNt, 'RegisteredOwner'],
  ['registered organization', currentNt, 'RegisteredOrganization'],
  ['product id', currentNt, 'ProductId'],
  ['system root', currentNt, 'SystemRoot'],
  ['path name', currentNt, 'PathName'],
  ['last user', 'Microsoft\\Windows\\CurrentVersion\\Authentication\\LogonUI', 'LastLoggedOnUser'],
  ['last user (SAM)', 'Microsoft\\Windows\\CurrentVersion\\Authentication\\LogonUI', 'LastLoggedOnSAMUser'],
  ['automatic logon', `${currentNt}\\Winlogon`, 'AutoAdminLogon'],
  ['default user', `${currentNt}\\Winlogon`, 'DefaultUserName'],
  ['default domain', `${currentNt}\\Winlogon`, 'DefaultDomainName'],
  ['user account control', policies, 'EnableLUA'],
  ['consent of administrators', policies, 'ConsentPromptBehaviorAdmin'],
  ['command lines in event 4688', `${policies}\\Audit`, 'ProcessCreationIncludeCmdLine_Enabled'],
  [
    'PowerShell script block logging',
    'Policies\\Microsoft\\Windows\\PowerShell\\ScriptBlockLogging',
    'EnableScriptBlockLogging',
  ],
  [
    'PowerShell transcription',
    'Policies\\Microsoft\\Windows\\PowerShell\\Transcription',
    'EnableTranscripting',
  ],
  ['Defender switched off by policy', 'Policies\\Microsoft\\Windows Defender', 'DisableAntiSpyware'],
  ['Defender switched off', 'Microsoft\\Windows Defender', 'DisableAntiSpyware'],
  [
    'real-time protection off by policy',
    'Policies\\Microsoft\\Windows Defender\\Real-Time Protection',
    'DisableRealtimeMonitoring',
  ],
  ['machine GUID', 'Microsoft\\Cryptography', 'MachineGuid'],
]

/** Below the current control set. */
const systemRows: readonly Row[] = [
  ['computer name', 'Control\\ComputerName\\ComputerName', 'ComputerName'],
  ['host name', tcpip, 'Hostname'],
  ['NV host name', tcpip, 'NV Hostname'],
  ['domain', tcpip, 'Domain'],
  ['DHCP domain', tcpip, 'DhcpDomain'],
  ['name servers', tcpip, 'NameServer'],
  ['DHCP name servers', tcpip, 'DhcpNameServer'],
  ['time zone', zone, 'TimeZoneKeyName'],
  ['standard time', zone, 'StandardName'],
  ['daylight time', zone, 'DaylightName'],
  ['bias', zone, 'Bias', 'minutes'],
  ['active bias', zone, 'ActiveTimeBias', 'minutes'],
  ['last shutdown', 'Control\\Windows', 'ShutdownTime', 'filetime'],
  ['last access times off', 'Control\\FileSystem', 'NtfsDisableLastAccessUpdate'],
  ['prefetch', 'Control\\Session Manager\\Memory Management\\PrefetchParameters', 'EnablePrefetcher'],
  ['clear page file at shutdown', 'Control\\Session Manager\\Memory Management', 'ClearPageFileAtShutdown'],
  ['processor architecture', 'Control\\Session Manager\\Environment', 'PROCESSOR_ARCHITECTURE'],
  ['remote desktop refused', 'Control\\Terminal Server', 'fDenyTSConnections'],
  ['remote desktop port', 'Control\\Terminal Server\\WinStations\\RDP-Tcp', 'PortNumber'],
  ['LSA protection', 'Control\\Lsa', 'RunAsPPL'],
  ['blank passwords only at the console', 'Control\\Lsa', 'LimitBlankPasswordUse'],
  ['WDigest keeps passwords', 'Control\\SecurityProviders\\WDigest', 'UseLogonCredential'],
  ['crash dumps', 'Control\\CrashControl', 'CrashDumpEnabled'],
  ['crash dump file', 'Control\\CrashControl', 'DumpFile'],
  ['SMB 1 server', 'Services\\LanmanServer\\Parameters', 'SMB1'],
]

export interface SystemHives {
  readonly system?: Hive
  readonly software?: Hive
}

/** Only what is there. */
export function systemFacts({ system, software }: SystemHives): SystemFact[] {
  const current = system?.find('Select')?.value('Current')?.number() ?? 1
  const set = `ControlSet${String(current).padStart(3, '0')}`
  const facts = [
    ...factsIn(software, softwareRows, { prefix: '', shown: 'HKLM\\SOFTWARE' }),
    ...factsIn(system, systemRows, { prefix: `${set}\\`, shown: 'HKLM\\SYSTEM' }),
  ]
  for (const name of ['Current', 'Default', 'LastKnownGood', 'Failed']) {
    facts.push(
      ...factsIn(system, [[`control set: ${name}`, 'Select', name]], { prefix: '', shown: 'HKLM\\SYSTEM' }),
    )
  }
  return facts
}

function factsIn(
  hive: Hive | undefined,
  rows: readonly Row[],
  { prefix, shown }: { prefix: string; shown: string },
): SystemFact[] {
  return rows.flatMap(([name, path, valueName, reading = 'as it is']) => {
    const key = hive?.find(prefix + path)
    const value = key?.value(valueName)
    const text = value === undefined ? '' : textOf(value, reading)
    return key === undefined || text === ''
      ? []
      : [{ name, value: text, key: `${shown}\\${key.path}`, time: key.time }]
  })
}

function textOf(value: HiveValue, reading: Reading): string {
  const number = value.number()
  if (reading === 'filetime') return filetime(value.data, 0) ?? ''
  if (reading === 'unix time')
    return number === undefined ? '' : new Date(number * 1000).toISOString().replace('.000Z', '.0000000Z')
  // Minutes west of Greenwich, as a signed number in an unsigned field.
  if (reading === 'minutes') return number === undefined ? '' : `UTC${offsetText(-(number | 0))}`
  return number === undefined ? value.text() : String(number)
}

function offsetText(minutes: number): string {
  const size = Math.abs(minutes)
  const pad = (part: number): string => String(part).padStart(2, '0')
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}:${pad(size % 60)}`
}
