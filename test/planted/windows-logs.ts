// Event logs of the examined Windows: an intruder comes by remote desktop, installs a service and a task, and clears the log.

import { ChunkWriter, eventRecord, type EventSpec, logFile } from '../support/evtx-writer.ts'
import { ticks } from './windows-hives.ts'

interface Told {
  readonly id: number
  readonly eventId: number
  readonly at: string
  readonly data: Readonly<Record<string, string>>
}

function log(channel: string, told: readonly Told[]): Buffer {
  const chunk = new ChunkWriter()
  for (const { id, eventId, at, data } of told) {
    const spec: EventSpec = { channel, eventId, computer: 'PC-31', time: ticks(at), data }
    chunk.add(eventRecord(id, spec))
  }
  return logFile([chunk.bytes()])
}

export function securityLog(): Buffer {
  return log('Security', [
    {
      id: 501,
      eventId: 1102,
      at: '2026-04-11T02:00:00.1Z',
      data: { SubjectUserName: 'mina', SubjectDomainName: 'PC-31' },
    },
    {
      id: 502,
      eventId: 4624,
      at: '2026-04-11T02:01:00.2Z',
      data: {
        TargetUserName: 'mina',
        TargetDomainName: 'PC-31',
        TargetUserSid: 'S-1-5-21-70-71-72-1003',
        TargetLogonId: '0x9a1',
        LogonType: '10',
        IpAddress: '198.51.100.77',
        IpPort: '50123',
      },
    },
    {
      id: 503,
      eventId: 4688,
      at: '2026-04-11T02:02:00.3Z',
      data: {
        SubjectUserName: 'mina',
        SubjectLogonId: '0x9a1',
        NewProcessId: '0x1f0',
        NewProcessName: 'C:\\Windows\\System32\\vssadmin.exe',
        ProcessId: '0x1e0',
        ParentProcessName: 'C:\\Windows\\explorer.exe',
        CommandLine: 'vssadmin delete shadows /all /quiet',
      },
    },
    {
      id: 504,
      eventId: 4698,
      at: '2026-04-11T02:03:00.4Z',
      data: {
        SubjectUserName: 'mina',
        SubjectLogonId: '0x9a1',
        TaskName: '\\Microsoft\\Windows\\Planted',
        TaskContent:
          '<Task><Actions><Exec><Command>C:\\ProgramData\\sched.exe</Command></Exec></Actions></Task>',
      },
    },
    // Records 505 to 519 were taken out.
    {
      id: 520,
      eventId: 4624,
      at: '2026-04-11T02:50:00Z',
      data: { TargetUserName: 'SYSTEM', TargetDomainName: 'NT AUTHORITY', LogonType: '5' },
    },
  ])
}

export function systemLog(): Buffer {
  return log('System', [
    {
      id: 90,
      eventId: 7045,
      at: '2026-04-11T02:04:00.5Z',
      data: {
        ServiceName: 'PSEXESVC7',
        ImagePath: '%SystemRoot%\\PSEXESVC7.exe',
        ServiceType: 'user mode service',
        StartType: 'demand start',
        AccountName: 'LocalSystem',
      },
    },
  ])
}

export function powershellLog(): Buffer {
  return log('Microsoft-Windows-PowerShell/Operational', [
    {
      id: 12,
      eventId: 4104,
      at: '2026-04-11T02:05:00.6Z',
      data: {
        MessageNumber: '1',
        MessageTotal: '1',
        ScriptBlockText: 'Invoke-PlantedThing -Target 10.9.8.7',
        ScriptBlockId: '6d0e6d8e-7e0e-4b0e-9a37-3c0f4a0c9f11',
        Path: '',
      },
    },
  ])
}
