// Which class and activity of OCSF an event is. One table: dataset, then action.

import type { Event, EventDataset } from '../../model/index.ts'

export interface OcsfClass {
  readonly uid: number
  readonly name: string
  readonly category: { readonly uid: number; readonly name: string }
}

const system = { uid: 1, name: 'System Activity' }
const findings = { uid: 2, name: 'Findings' }
const identity = { uid: 3, name: 'Identity & Access Management' }
const network = { uid: 4, name: 'Network Activity' }
const application = { uid: 6, name: 'Application Activity' }
const remediation = { uid: 7, name: 'Remediation' }
const uncategorized = { uid: 0, name: 'Uncategorized' }

export const classes = {
  base: { uid: 0, name: 'Base Event', category: uncategorized },
  file: { uid: 1001, name: 'File System Activity', category: system },
  kernelExtension: { uid: 1002, name: 'Kernel Extension Activity', category: system },
  scheduledJob: { uid: 1006, name: 'Scheduled Job Activity', category: system },
  process: { uid: 1007, name: 'Process Activity', category: system },
  eventLog: { uid: 1008, name: 'Event Log Activity', category: system },
  detection: { uid: 2004, name: 'Detection Finding', category: findings },
  incident: { uid: 2005, name: 'Incident Finding', category: findings },
  accountChange: { uid: 3001, name: 'Account Change', category: identity },
  authentication: { uid: 3002, name: 'Authentication', category: identity },
  networkActivity: { uid: 4001, name: 'Network Activity', category: network },
  http: { uid: 4002, name: 'HTTP Activity', category: network },
  dns: { uid: 4003, name: 'DNS Activity', category: network },
  application: { uid: 6002, name: 'Application Lifecycle', category: application },
  remediation: { uid: 7001, name: 'Remediation Activity', category: remediation },
} as const satisfies Record<string, OcsfClass>

export interface Classified {
  readonly class: OcsfClass
  readonly activity: number
}

/** OCSF's own number for what it has no name for. */
const other = 99

type Activities = Readonly<Record<string, number>>

const processActivities: Activities = {
  exec: 1,
  'process-snapshot': 1,
  exit: 2,
  ptrace: 4,
  setuid: 5,
  'credential-change': 5,
}

const networkActivities: Activities = {
  connect: 1,
  accept: 1,
  udp: 6,
  close: 2,
  'connection-failed': 4,
  'connection-refused': 5,
  listen: 7,
  'listen-end': 2,
}

const fileActivities: Activities = {
  create: 1,
  read: 2,
  'close-write': 3,
  delete: 4,
  rename: 5,
  attrib: 6,
  'setuid-added': 7,
  'setgid-added': 7,
  'setuid-removed': 7,
  'setgid-removed': 7,
  'setuid-changed': 3,
  'capability-added': 7,
  'capability-removed': 7,
}

const loginActivities: Activities = {
  logon: 1,
  'logon-failed': 1,
  'session-start': 1,
  logoff: 2,
  'session-end': 2,
  su: 7,
  sudo: 7,
}

const accountActivities: Activities = { 'user-added': 1, 'password-changed': 3, 'user-deleted': 6 }

const serviceActivities: Activities = {
  added: 1,
  'unit-added': 1,
  'unit-removed': 2,
  removed: 2,
  start: 3,
  started: 3,
  stop: 4,
  stopped: 4,
  enable: 6,
  enabled: 6,
  disable: 7,
  disabled: 7,
  changed: 8,
  'unit-changed': 8,
}

const incidentActivities: Activities = { opened: 1, raised: 2, merged: 2, closed: 3 }

const jobActivities: Activities = { 'job-added': 1, 'job-changed': 2, 'job-removed': 3 }

const byDataset: Readonly<Record<EventDataset, (event: Event) => Classified>> = {
  'hx.process': ({ event }) =>
    event.action === 'module-load'
      ? { class: classes.kernelExtension, activity: 1 }
      : of(classes.process, processActivities, event.action),
  'hx.network': ({ event }) => of(classes.networkActivity, networkActivities, event.action),
  'hx.dns': ({ dns }) => ({ class: classes.dns, activity: dns?.type === 'answer' ? 2 : 1 }),
  'hx.file': ({ event }) => of(classes.file, fileActivities, event.action),
  'hx.login': ({ event }) => {
    if (event.action === 'log-tampered') return { class: classes.eventLog, activity: other }
    return Object.hasOwn(accountActivities, event.action)
      ? of(classes.accountChange, accountActivities, event.action)
      : of(classes.authentication, loginActivities, event.action)
  },
  'hx.history': () => ({ class: classes.process, activity: 1 }),
  'hx.service': ({ event }) => of(classes.application, serviceActivities, event.action),
  'hx.schedule': ({ event }) => of(classes.scheduledJob, jobActivities, event.action),
  'hx.log': ({ event }) =>
    event.action === 'log-cleared'
      ? { class: classes.eventLog, activity: 1 }
      : { class: classes.eventLog, activity: event.action === 'log-rotated' ? 5 : other },
  'hx.verdict': () => ({ class: classes.detection, activity: 1 }),
  'hx.detection': () => ({ class: classes.detection, activity: 1 }),
  'hx.incident': ({ event }) => of(classes.incident, incidentActivities, event.action),
  'hx.response': () => ({ class: classes.remediation, activity: other }),
  'hx.health': () => ({ class: classes.base, activity: other }),
}

function of(found: OcsfClass, activities: Activities, action: string): Classified {
  return { class: found, activity: Object.hasOwn(activities, action) ? (activities[action] ?? other) : other }
}

export function classify(event: Event): Classified {
  return byDataset[event.event.dataset](event)
}
