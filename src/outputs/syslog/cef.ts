// An event in ArcSight's Common Event Format (CEF, version 0): one line, lossy by nature.

import type { Event } from '../../model/index.ts'
import type { Origin } from '../output.ts'

const maxValue = 1023

const names: Readonly<Record<string, string>> = {
  'hx.process': 'Process',
  'hx.network': 'Network connection',
  'hx.dns': 'DNS',
  'hx.file': 'File',
  'hx.login': 'Login',
  'hx.history': 'Shell command',
  'hx.service': 'Service',
  'hx.schedule': 'Scheduled job',
  'hx.log': 'Log line',
  'hx.verdict': 'Malware verdict',
  'hx.detection': 'Detection',
  'hx.incident': 'Incident',
  'hx.response': 'Response',
  'hx.health': 'Sensor health',
}

export function toCef(event: Event, origin: Origin): string {
  const { action, dataset, severity = 1 } = event.event
  const header = [
    'CEF:0',
    'Haechi',
    'haechi',
    headerText(origin.version),
    headerText(action),
    headerText(`${names[dataset] ?? dataset}: ${action}`),
    // 1–99 to 0–10.
    String(Math.min(10, Math.round(severity / 10))),
  ]
  const pairs = Object.entries(extension(event, origin))
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([key, value]) => `${key}=${valueText(String(value))}`)
  return `${header.join('|')}|${pairs.join(' ')}`
}

type Fields = Readonly<Record<string, string | number | undefined>>

function extension(event: Event, origin: Origin): Fields {
  return {
    rt: Date.parse(event['@timestamp']),
    externalId: event.event.sequence,
    dvchost: origin.hostName,
    cat: event.event.dataset,
    outcome: event.event.outcome,
    reason: event.event.reason,
    msg: event.message,
    ...networkFields(event),
    ...processFields(event),
    ...fileFields(event),
    ...labelled('cs1', 'args', argumentsOf(event)),
    ...labelled('cs2', 'rule', event.rule?.name),
    ...labelled('cs3', 'container', event.container?.id),
    ...labelled('cs4', 'service', event.service?.name),
  }
}

function networkFields({ source, destination, network, dns }: Event): Fields {
  return {
    src: source?.ip,
    spt: source?.port,
    shost: source?.domain,
    dst: destination?.ip,
    dpt: destination?.port,
    dhost: destination?.domain ?? dns?.question?.name,
    proto: network?.transport?.toUpperCase(),
  }
}

function processFields({ process, user }: Event): Fields {
  const actor = process?.user ?? user
  return {
    suser: actor?.name ?? user?.name,
    suid: actor?.id ?? user?.id,
    duser: user?.effective?.name ?? user?.target?.name,
    sproc: process?.parent?.executable,
    spid: process?.parent?.pid,
    dproc: process?.executable,
    dpid: process?.pid,
  }
}

function fileFields({ file, process }: Event): Fields {
  return {
    filePath: file?.path,
    fname: file?.path?.slice(file.path.lastIndexOf('/') + 1),
    fsize: file?.size,
    fileHash: file?.hash?.sha256 ?? process?.hash?.sha256,
    filePermission: file?.mode,
  }
}

function argumentsOf({ process }: Event): string | undefined {
  return process?.command_line ?? process?.args?.join(' ')
}

/** A field of our own, with the name that CEF wants beside it. */
function labelled(field: string, label: string, value: string | undefined): Fields {
  return value === undefined ? {} : { [`${field}Label`]: label, [field]: value }
}

function headerText(text: string): string {
  return flat(text)
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('|', String.raw`\|`)
}

function valueText(text: string): string {
  return (
    text
      .slice(0, maxValue)
      .replaceAll('\\', String.raw`\\`)
      .replaceAll('=', String.raw`\=`)
      .replaceAll('\r', String.raw`\r`)
      .replaceAll('\n', String.raw`\n`)
      // Whatever else would end or disturb a line.
      .replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ')
  )
}

function flat(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ')
}
