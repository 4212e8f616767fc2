// What the hives of a machine tell together: facts, accounts, services, what starts by itself, devices, networks.

import { accountsIn, groupsIn } from '../../evidence/accounts/index.ts'
import { autoruns, tasksIn } from '../../evidence/autoruns/index.ts'
import { usbDevicesIn } from '../../evidence/devices/index.ts'
import { interfacesIn, profilesIn, sharesIn } from '../../evidence/network-history/index.ts'
import { servicesIn } from '../../evidence/services/index.ts'
import { systemFacts } from '../../evidence/system-facts/index.ts'
import type { StartEntry } from '../autostart/entry.ts'
import { imageOfService } from '../autostart/registry.ts'
import type { ArtefactRecord, Finding } from '../record.ts'
import { timesOf } from '../record.ts'
import type { Machine } from './hives.ts'
import { judgeProgram } from '../programs/judge.ts'
import type { Programs } from '../programs/programs.ts'

export interface MachineContext {
  readonly programs: Pick<Programs, 'factsOf' | 'isMissing'>
  readonly suspect: (finding: Finding) => void
}

export function* machineRecords(machine: Machine, context: MachineContext): Generator<ArtefactRecord> {
  yield* factRecords(machine)
  yield* accountRecords(machine)
  yield* serviceRecords(machine, context)
  yield* autorunRecords(machine, context)
  yield* taskRecords(machine, context)
  yield* networkRecords(machine)
}

function sourceOf({ sources }: Machine, kind: string): string {
  return sources.get(kind) ?? ''
}

function* factRecords(machine: Machine): Generator<ArtefactRecord> {
  for (const data of systemFacts(machine)) {
    const source = sourceOf(machine, data.key.startsWith('HKLM\\SOFTWARE') ? 'SOFTWARE' : 'SYSTEM')
    // A key's last write is seldom that of this value: only times that are the fact itself belong to the story.
    const isTime = /^\d{4}-\d\d-\d\dT/.test(data.value)
    const times = isTime ? [{ time: data.value, is: data.name }] : []
    yield { kind: 'system-fact', source, times, title: `${data.name}: ${data.value}`, data }
  }
}

function* accountRecords(machine: Machine): Generator<ArtefactRecord> {
  const { sam } = machine
  if (sam === undefined) return
  const source = sourceOf(machine, 'SAM')
  for (const data of accountsIn(sam)) {
    const groups = data.groups.length === 0 ? '' : ` in ${data.groups.join(', ')}`
    yield {
      kind: 'account',
      source,
      times: timesOf(
        ['account created', data.created],
        ['last logon', data.lastLogon],
        ['password set', data.passwordSet],
        ['last bad password', data.lastBadPassword],
      ),
      title: `${data.name} (${data.rid})${groups}${data.flags.includes('disabled') ? ', disabled' : ''}`,
      data,
    }
  }
  for (const data of groupsIn(sam)) {
    const title = `${data.name}: ${data.members.length} members`
    yield { kind: 'group', source, times: [], title, data }
  }
}

function* serviceRecords(machine: Machine, context: MachineContext): Generator<ArtefactRecord> {
  if (machine.system === undefined) return
  const source = sourceOf(machine, 'SYSTEM')
  for (const service of servicesIn(machine.system)) {
    const image = imageOfService(service)
    // What is never started by the system itself is judged where it is named elsewhere.
    const program = image === '' ? undefined : context.programs.factsOf(image)
    const place = { what: `The service ${service.name}`, source, time: service.time, technique: 'T1543.003' }
    if (program !== undefined) judgeProgram(program, place, context.suspect)
    yield {
      kind: 'service',
      source,
      times: timesOf(['service key written', service.time]),
      title: `${service.name} (${service.start}): ${service.library === '' ? service.command : service.library}`,
      data: { ...service, image, ...(program === undefined ? {} : { program }) },
    }
  }
}

function* autorunRecords(machine: Machine, context: MachineContext): Generator<ArtefactRecord> {
  for (const entry of autoruns(machine)) {
    const kind = entry.key.startsWith('HKLM\\SYSTEM') ? 'SYSTEM' : 'SOFTWARE'
    const user = entry.user === undefined ? undefined : machine.sources.get(`NTUSER ${entry.user}`)
    yield startRecord(entry, { source: user ?? sourceOf(machine, kind), machine }, context)
  }
}

/** `machine`: whose users' variables the entry has. */
export function startRecord(
  entry: StartEntry,
  { source, machine }: { readonly source: string; readonly machine: Machine | undefined },
  context: MachineContext,
): ArtefactRecord {
  const home = entry.user === undefined ? undefined : machine?.homes.get(entry.user)
  const isLooked = !entry.isUsual && entry.image !== ''
  const program = isLooked ? context.programs.factsOf(entry.image, home) : undefined
  const isMissing = isLooked && program === undefined && context.programs.isMissing(entry.image, home)
  const { time, technique } = entry
  const place = { what: `The autostart ${entry.entry}`, source, time, technique }
  if (program !== undefined && entry.isEnabled) judgeProgram(program, place, context.suspect)
  if (!entry.isUsual && entry.isEnabled) judgeEntry(entry, source, context)
  return {
    kind: 'autorun',
    source,
    times: timesOf([entry.key.startsWith('/') ? 'file written' : 'autostart key written', time]),
    title: `${entry.category}: ${entry.entry}: ${entry.command}`,
    data: {
      ...entry,
      ...(program === undefined ? {} : { program }),
      ...(isMissing ? { isMissing } : {}),
    },
  }
}

/** Places where nothing usual ever stands. */
const rarely: Readonly<Record<string, string>> = {
  'Image Hijacks': 'A debugger takes the place of a program whenever that is started.',
  AppInit: 'The library is loaded into every program with windows.',
  KnownDLLs: 'A library that Windows takes from its own folder was exchanged.',
}

function judgeEntry(entry: StartEntry, source: string, { suspect }: MachineContext): void {
  const why = rarely[entry.category]
  const isScript =
    /(?:powershell|pwsh|mshta|wscript|cscript|rundll32|regsvr32|certutil|bitsadmin)\b.*(?:-e(?:nc|c)?\b|frombase64|https?:|javascript:|vbscript:|downloadstring|\biex\b)/i.test(
      entry.command,
    )
  const isTemporary = /\\(?:temp|tmp|public|downloads|\$recycle\.bin|perflogs)\\/i.test(
    entry.image || entry.command,
  )
  if (why === undefined && !isScript && !isTemporary) return
  const reasons = [
    ...(why === undefined ? [] : [why]),
    ...(isScript ? ['It starts a script host with code or an address in its command line.'] : []),
    ...(isTemporary ? ['Its program lies where every program may write.'] : []),
  ]
  suspect({
    level: isScript ? 'high' : 'medium',
    title: 'An unusual autostart',
    what: `${entry.entry}: ${entry.command}`.slice(0, 1000),
    why: reasons.join(' '),
    by: 'trace',
    rule: 'unusual-autostart',
    techniques: [entry.technique],
    time: entry.time,
    source,
    details: { key: entry.key, command: entry.command.slice(0, 1000), category: entry.category },
  })
}

function* taskRecords(machine: Machine, { suspect }: MachineContext): Generator<ArtefactRecord> {
  if (machine.software === undefined) return
  const source = sourceOf(machine, 'SOFTWARE')
  for (const data of tasksIn(machine.software)) {
    const command = data.actions.map((action) => `${action.command} ${action.arguments}`.trim()).join('; ')
    if (data.isHidden) {
      suspect({
        level: 'high',
        title: 'A scheduled task is hidden from Windows itself',
        what: `${data.path}: ${command}`,
        why: `Its security descriptor was taken out of the registry, so that no tool of Windows shows it. It runs ${command}.`,
        by: 'trace',
        rule: 'task-without-descriptor',
        techniques: ['T1053.005', 'T1564'],
        time: data.time,
        source,
        details: { path: data.path, command },
      })
    }
    yield {
      kind: 'registered-task',
      source,
      times: timesOf(
        ['task created', data.created],
        ['task last run', data.lastRun],
        ['task last stop', data.lastStop],
      ),
      title: `${data.path}: ${command}`,
      data,
    }
  }
}

function* networkRecords(machine: Machine): Generator<ArtefactRecord> {
  const { system, software } = machine
  if (system !== undefined) {
    const source = sourceOf(machine, 'SYSTEM')
    for (const data of usbDevicesIn({ ...machine, system })) {
      yield {
        kind: 'usb-device',
        source,
        times: timesOf(
          ['device first installed', data.firstInstalled],
          ['device last plugged in', data.lastArrival],
          ['device last removed', data.lastRemoval],
        ),
        title: `${data.name || data.device} ${data.serial}${data.driveLetters.map((letter) => ` ${letter}`).join('')}`,
        data,
      }
    }
    for (const data of interfacesIn(system)) {
      yield {
        kind: 'network-interface',
        source,
        times: timesOf(['lease obtained', data.leaseObtained]),
        title: `${data.name || data.id}: ${data.addresses.join(' ')}`,
        data,
      }
    }
    for (const data of sharesIn(system))
      yield {
        kind: 'share',
        source,
        times: timesOf(['share key written', data.time]),
        title: `${data.name}: ${data.path}`,
        data,
      }
  }
  if (software === undefined) return
  for (const data of profilesIn(software)) {
    yield {
      kind: 'network-profile',
      source: sourceOf(machine, 'SOFTWARE'),
      times: timesOf(
        ['network first connected', data.created],
        ['network last connected', data.lastConnected],
      ),
      title: `${data.name} (${data.kind}, ${data.category}) ${data.gatewayMac}`.trim(),
      data,
    }
  }
}
