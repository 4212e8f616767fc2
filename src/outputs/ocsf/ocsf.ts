// An event as an OCSF object. Nothing is left out: what OCSF has no field for goes into `unmapped`.

import type { EndpointInfo, Event, FileInfo, ProcessInfo, UserInfo } from '../../model/index.ts'
import type { Origin } from '../output.ts'
import { type Classified, classes, classify } from './classes.ts'

const ocsfVersion = '1.5.0'

type Json = Readonly<Record<string, unknown>>

export function toOcsf(event: Event, origin: Origin): Json {
  const classified = classify(event)
  const { class: found, activity } = classified
  return defined({
    metadata: {
      version: ocsfVersion,
      product: { name: 'Haechi', vendor_name: 'Haechi', version: origin.version },
      log_name: event.event.dataset,
      log_provider: event.event.provider,
      sequence: event.event.sequence,
      event_code: event.event.action,
    },
    time: Date.parse(event['@timestamp']),
    time_dt: event['@timestamp'],
    category_uid: found.category.uid,
    category_name: found.category.name,
    class_uid: found.uid,
    class_name: found.name,
    activity_id: activity,
    ...(activity === 99 ? { activity_name: event.event.action } : {}),
    type_uid: found.uid * 100 + activity,
    severity_id: severityId(event.event.severity ?? 1),
    message: event.message,
    device: defined({
      uid: origin.hostId === '' ? undefined : origin.hostId,
      hostname: origin.hostName,
      type_id: 0,
      container: containerOf(event),
    }),
    ...statusOf(event),
    ...subjectOf(event, classified),
    unmapped: defined({ hx: event.hx, rule: event.rule, threat: event.threat, log: event.log }),
  })
}

/** OCSF: 1 informational, 2 low, 3 medium, 4 high, 5 critical. */
function severityId(severity: number): number {
  return 1 + [20, 40, 60, 80].filter((least) => severity >= least).length
}

function statusOf({ event }: Event): Json {
  const ids = { success: 1, failure: 2, unknown: 0 } as const
  return defined({
    status_id: event.outcome === undefined ? undefined : ids[event.outcome],
    status_detail: event.reason,
  })
}

type Subject = (event: Event, own: Json | undefined) => Json

const bySubject: Readonly<Record<number, Subject>> = {
  [classes.process.uid]: ({ process, user }, own) => ({
    process: own ?? {},
    actor: defined({
      process: process?.parent === undefined ? undefined : processOf(process.parent),
      user: userOf(process?.user ?? user),
    }),
  }),
  [classes.detection.uid]: ({ event, rule, message, file, source }, own) => ({
    finding_info: { title: rule?.name ?? message, uid: String(event.sequence ?? 0) },
    evidences: [defined({ process: own, file: fileOf(file), src_endpoint: endpointOf(source) })],
    disposition_id: event.type.includes('denied') ? 2 : 1,
  }),
  [classes.incident.uid]: ({ event, message, hx }) => ({
    finding_info_list: [{ title: message ?? '', uid: String(hx?.incident?.id ?? event.sequence ?? 0) }],
    // New or in progress: what an analyst makes of it is not known here.
    status_id: event.action === 'closed' ? 5 : 1,
  }),
  [classes.authentication.uid]: personSubject,
  [classes.accountChange.uid]: personSubject,
  [classes.scheduledJob.uid]: ({ service, message, file, process, user }, own) => ({
    job: defined({
      name: service?.name ?? message ?? '',
      file: fileOf(file),
      cmd_line: process?.command_line,
    }),
    actor: defined({ process: own, user: userOf(user) }),
  }),
  [classes.application.uid]: ({ service, file }, own) => ({
    app: { name: service?.name ?? 'unknown', type_id: 0, vendor_name: 'unknown' },
    actor: actorOf(own),
    file: fileOf(file),
  }),
  [classes.dns.uid]: (event, own) => ({
    query: event.dns?.question && { hostname: event.dns.question.name, type: event.dns.question.type },
    answers: event.dns?.resolved_ip?.map((ip) => ({ rdata: ip })),
    rcode: event.dns?.response_code,
    ...connectionOf(event),
    actor: actorOf(own),
  }),
}

function subjectOf(event: Event, { class: found }: Classified): Json {
  const own = event.process === undefined ? undefined : processOf(event.process)
  return defined((bySubject[found.uid] ?? plainSubject)(event, own))
}

function personSubject({ user, source, hx }: Event, own: Json | undefined): Json {
  const service = hx?.login?.['service']
  return {
    user: userOf(user) ?? { name: 'unknown' },
    src_endpoint: endpointOf(source),
    actor: actorOf(own),
    service: service === undefined ? undefined : { name: service },
    auth_protocol: hx?.login?.method,
  }
}

function plainSubject(event: Event, own: Json | undefined): Json {
  return {
    ...connectionOf(event),
    file: fileOf(event.file),
    actor: defined({ process: own, user: userOf(event.user) }),
  }
}

function actorOf(own: Json | undefined): Json | undefined {
  return own === undefined ? undefined : { process: own }
}

function connectionOf({ source, destination, network }: Event): Json {
  if (source === undefined && destination === undefined) return {}
  const directions = { ingress: 1, egress: 2 } as const
  return defined({
    src_endpoint: endpointOf(source),
    dst_endpoint: endpointOf(destination),
    connection_info: defined({
      protocol_name: network?.transport,
      direction_id: network?.direction === undefined ? 0 : directions[network.direction],
      community_uid: network?.community_id,
    }),
  })
}

function endpointOf(endpoint: EndpointInfo | undefined): Json | undefined {
  if (endpoint === undefined) return undefined
  return defined({ ip: endpoint.ip, port: endpoint.port, hostname: endpoint.domain ?? endpoint.address })
}

function processOf(process: ProcessInfo): Json {
  return defined({
    pid: process.pid,
    uid: process.entity_id,
    name: process.name,
    path: process.executable,
    cmd_line: process.command_line ?? process.args?.join(' '),
    created_time_dt: process.start,
    terminated_time_dt: process.end,
    exit_code: process.exit_code,
    user: userOf(process.user),
    file:
      process.hash?.sha256 === undefined
        ? undefined
        : {
            path: process.executable,
            name: process.executable?.slice(process.executable.lastIndexOf('/') + 1) ?? '',
            type_id: 1,
            hashes: [{ algorithm_id: 3, algorithm: 'SHA-256', value: process.hash.sha256 }],
          },
    parent_process: process.parent === undefined ? undefined : processOf(process.parent),
  })
}

function fileOf(file: FileInfo | undefined): Json | undefined {
  if (file === undefined) return undefined
  const types = { file: 1, dir: 2, device: 3, fifo: 5, socket: 6, symlink: 7 } as const
  return defined({
    path: file.path,
    name: file.name ?? file.path?.slice(file.path.lastIndexOf('/') + 1) ?? '',
    type_id: file.type === undefined ? 0 : types[file.type],
    size: file.size,
    mime_type: file.mime_type,
    owner: file.owner === undefined ? undefined : { name: file.owner, uid: file.uid },
    modified_time_dt: file.mtime,
    hashes:
      file.hash?.sha256 === undefined
        ? undefined
        : [{ algorithm_id: 3, algorithm: 'SHA-256', value: file.hash.sha256 }],
  })
}

function userOf(user: UserInfo | undefined): Json | undefined {
  return user === undefined ? undefined : defined({ name: user.name, uid: user.id })
}

function containerOf({ container }: Event): Json | undefined {
  if (container === undefined) return undefined
  return defined({
    uid: container.id,
    name: container.name,
    runtime: container.runtime,
    image: container.image,
  })
}

/** Without what is undefined or empty. */
function defined(fields: Json): Json {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) =>
        value !== undefined &&
        !(typeof value === 'object' && value !== null && Object.keys(value).length === 0),
    ),
  )
}
