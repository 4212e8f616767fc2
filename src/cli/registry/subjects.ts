// The subjects of haechi registry --report: which hives each reads, its columns, its lines.

import { imageOfService } from '../../analysis/index.ts'
import { accountsIn } from '../../evidence/accounts/index.ts'
import { tasksIn } from '../../evidence/autoruns/index.ts'
import { mountedDevicesIn, usbDevicesIn } from '../../evidence/devices/index.ts'
import type { HiveKind } from '../../evidence/hive.ts'
import { interfacesIn, profilesIn, sharesIn } from '../../evidence/network-history/index.ts'
import { activitiesIn } from '../../evidence/run-history/index.ts'
import { servicesIn } from '../../evidence/services/index.ts'
import { systemFacts } from '../../evidence/system-facts/index.ts'
import type { LoadedHive } from './load-hives.ts'
import type { reports } from './options.ts'
import { signatureText } from './signature-text.ts'

export interface Row {
  readonly cells: readonly string[]
  readonly line: object
}

export interface Section {
  readonly title: string
  readonly head: readonly string[]
  readonly rows: Iterable<Row>
}

type Subject = (typeof reports)[number]

export const subjects: Readonly<Record<Subject, (hives: readonly LoadedHive[]) => readonly Section[]>> = {
  'run-history': (hives) => [
    {
      title: 'What ran, was opened and was typed',
      head: ['TIME', 'IS', 'SOURCE', 'USER', 'COUNT', 'WHAT'],
      rows: activityRows(hives),
    },
  ],
  accounts: (hives) => [
    {
      title: 'Accounts',
      head: ['NAME', 'RID', 'CREATED', 'LAST LOGON', 'PASSWORD SET', 'LOGONS', 'GROUPS', 'FLAGS'],
      rows: of(hives, 'SAM').flatMap(({ file, hive }) =>
        accountsIn(hive).map((account) => ({
          cells: [
            account.name,
            String(account.rid),
            second(account.created),
            second(account.lastLogon),
            second(account.passwordSet),
            String(account.logons),
            account.groups.join(', '),
            account.flags.join(', '),
          ],
          line: { type: 'windows-account', version: 1, file, ...account },
        })),
      ),
    },
  ],
  usb: usbSections,
  network: networkSections,
  services: (hives) => [
    {
      title: 'Services and drivers',
      head: ['NAME', 'START', 'TYPE', 'ACCOUNT', 'KEY WRITTEN', 'SIGNATURE', 'RUNS'],
      rows: serviceRows(of(hives, 'SYSTEM')),
    },
  ],
  system: (hives) => [
    {
      title: 'The machine',
      head: ['FACT', 'KEY WRITTEN', 'VALUE'],
      rows: [...of(hives, 'SOFTWARE'), ...of(hives, 'SYSTEM')].flatMap(({ file, hive }) =>
        systemFacts(hive.kind === 'SYSTEM' ? { system: hive } : { software: hive }).map((fact) => ({
          cells: [fact.name, second(fact.time), fact.value],
          line: { type: 'system-fact', version: 1, file, ...fact },
        })),
      ),
    },
  ],
  tasks: (hives) => [
    {
      title: 'Scheduled tasks',
      head: ['TASK', 'CREATED', 'LAST RUN', 'SHOWN', 'RUNS'],
      rows: of(hives, 'SOFTWARE').flatMap(({ file, hive }) =>
        tasksIn(hive).map((task) => ({
          cells: [
            task.path,
            second(task.created),
            second(task.lastRun),
            task.isHidden ? 'hidden' : 'yes',
            task.actions
              .map(({ command, arguments: argument }) => `${command} ${argument}`.trim())
              .join(' ; '),
          ],
          line: { type: 'windows-task', version: 1, file, ...task },
        })),
      ),
    },
  ],
}

function of(hives: readonly LoadedHive[], kind: HiveKind): LoadedHive[] {
  return hives.filter(({ hive }) => hive.kind === kind)
}

function second(time: string | undefined): string {
  return time?.slice(0, 19) ?? ''
}

/** With what the program is, where the hive's disk is there. */
function* serviceRows(systems: readonly LoadedHive[]): Generator<Row> {
  for (const { file, hive, programs } of systems) {
    for (const found of servicesIn(hive)) {
      const { type, ...service } = found
      const image = imageOfService(found)
      const program = image === '' ? undefined : programs?.factsOf(image)
      const isMissing = program === undefined && programs?.isMissing(image) === true
      yield {
        cells: [
          service.name,
          service.isDelayed ? `${service.start} (delayed)` : service.start,
          type,
          service.account,
          second(service.time),
          isMissing ? 'file not found' : signatureText(program),
          service.library === '' ? service.command : `${service.library} in ${service.command}`,
        ],
        line: {
          type: 'windows-service',
          version: 1,
          file,
          serviceType: type,
          ...service,
          ...(program === undefined ? {} : { program }),
          ...(isMissing ? { isMissing } : {}),
        },
      }
    }
  }
}

function* activityRows(hives: readonly LoadedHive[]): Generator<Row> {
  for (const { file, hive, user } of hives) {
    for (const activity of activitiesIn(hive, user)) {
      const { time, timeIs = '', source, what, runCount, user: whose, ...rest } = activity
      yield {
        cells: [
          second(time),
          timeIs,
          source,
          whose ?? '',
          runCount === undefined ? '' : String(runCount),
          what,
        ],
        line: {
          type: 'registry-activity',
          version: 1,
          file,
          source,
          what,
          ...(time === undefined ? {} : { time, timeIs }),
          ...(runCount === undefined ? {} : { runCount }),
          ...(whose === undefined || whose === '' ? {} : { user: whose }),
          ...rest,
        },
      }
    }
  }
}

function usbSections(hives: readonly LoadedHive[]): Section[] {
  const [software] = of(hives, 'SOFTWARE')
  const users = of(hives, 'NTUSER').map(({ user, hive }) => ({ name: user, ntuser: hive }))
  const systems = of(hives, 'SYSTEM')
  return [
    {
      title: 'Devices on USB',
      head: ['FIRST INSTALLED', 'LAST ARRIVAL', 'LAST REMOVAL', 'DRIVES', 'USERS', 'SERIAL', 'DEVICE'],
      rows: systems.flatMap(({ file, hive }) =>
        usbDevicesIn({
          system: hive,
          users,
          ...(software === undefined ? {} : { software: software.hive }),
        }).map((device) => ({
          cells: [
            second(device.firstInstalled),
            second(device.lastArrival),
            second(device.lastRemoval),
            device.driveLetters.join(' '),
            device.users.join(', '),
            device.serial,
            `${device.name} (${device.device})`,
          ],
          line: { type: 'usb-device', version: 1, file, ...device },
        })),
      ),
    },
    {
      title: 'Drive letters and volumes',
      head: ['NAME', 'TARGET'],
      rows: systems.flatMap(({ file, hive }) =>
        mountedDevicesIn(hive).map(({ name, target }) => ({
          cells: [name, target],
          line: { type: 'mounted-device', version: 1, file, name, target },
        })),
      ),
    },
  ]
}

function networkSections(hives: readonly LoadedHive[]): Section[] {
  const systems = of(hives, 'SYSTEM')
  return [
    {
      title: 'Interfaces',
      head: ['NAME', 'ADDRESSES', 'GATEWAYS', 'NAME SERVERS', 'DHCP SERVER', 'LEASE OBTAINED', 'ID'],
      rows: systems.flatMap(({ file, hive }) =>
        interfacesIn(hive).map((one) => ({
          cells: [
            one.name,
            one.addresses.join(' '),
            one.gateways.join(' '),
            one.nameServers.join(' '),
            one.dhcpServer,
            second(one.leaseObtained),
            one.id,
          ],
          line: { type: 'network-interface', version: 1, file, ...one },
        })),
      ),
    },
    {
      title: 'Networks (times are local to the machine)',
      head: ['NAME', 'KIND', 'CATEGORY', 'CREATED', 'LAST CONNECTED', 'GATEWAY', 'DNS SUFFIX'],
      rows: of(hives, 'SOFTWARE').flatMap(({ file, hive }) =>
        profilesIn(hive).map((one) => ({
          cells: [
            one.name,
            one.kind,
            one.category,
            second(one.created),
            second(one.lastConnected),
            one.gatewayMac,
            one.dnsSuffix,
          ],
          line: { type: 'network-profile', version: 1, file, ...one },
        })),
      ),
    },
    {
      title: 'Shares',
      head: ['NAME', 'REMARK', 'PATH'],
      rows: systems.flatMap(({ file, hive }) =>
        sharesIn(hive).map((share) => ({
          cells: [share.name, share.remark, share.path],
          line: { type: 'network-share', version: 1, file, ...share },
        })),
      ),
    },
  ]
}
