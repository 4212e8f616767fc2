// The lines of haechi weblog --json: `attack` for each finding, `web-incident`, `weblog-summary`.

import type { LineResult, WebFinding, WebIncident } from '../../rules/weblog/index.ts'
import { classesOf, isoOf, type ReportData, textOf } from './report-data.ts'

type FoundResult = Extract<LineResult, { findings: unknown }>

export function findingJson(
  finding: WebFinding,
  result: FoundResult,
  from: { readonly file: string; readonly line: number },
): object {
  const { kind } = result
  const timeMs = kind === 'request' ? result.request.timeMs : result.entry.timeMs
  return {
    type: 'attack',
    version: 1,
    ...(timeMs === undefined ? {} : { '@timestamp': isoOf(timeMs) }),
    class: finding.class,
    outcome: finding.outcome,
    confidence: finding.confidence,
    client: textOf(kind === 'request' ? result.request.client : result.entry.client),
    ...(kind === 'request' ? requestJson(result) : { message: textOf(result.entry.message) }),
    place: finding.place,
    parameter: finding.name,
    value: finding.value,
    why: finding.why,
    detector: finding.detector,
    techniques: finding.techniques,
    cwe: finding.cwe,
    ...(result.incident === undefined ? {} : { incident: result.incident.id }),
    file: from.file,
    line: from.line,
  }
}

function requestJson({ request }: Extract<FoundResult, { kind: 'request' }>): object {
  return {
    method: textOf(request.method),
    target: textOf(request.target),
    status: request.status,
    bytes: request.bytes,
    ...(request.host === '' ? {} : { host: textOf(request.host) }),
    ...(request.referer === '' ? {} : { referer: textOf(request.referer) }),
    ...(request.userAgent === '' ? {} : { userAgent: textOf(request.userAgent) }),
  }
}

export function incidentJson(incident: WebIncident): object {
  return {
    type: 'web-incident',
    version: 1,
    id: incident.id,
    actor: textOf(incident.actor),
    ...(incident.firstMs === undefined ? {} : { first: isoOf(incident.firstMs) }),
    ...(incident.lastMs === undefined ? {} : { last: isoOf(incident.lastMs) }),
    attacks: incident.attacks,
    confidence: incident.confidence,
    outcome: incident.outcome,
    classes: Object.fromEntries(
      classesOf(incident).map(([name, { count, confidence, outcome }]) => [
        name,
        { count, confidence, outcome },
      ]),
    ),
    hosts: [...incident.hosts].map(textOf),
    userAgents: [...incident.userAgents].map(textOf),
  }
}

export function summaryJson(data: ReportData): object {
  return {
    type: 'weblog-summary',
    version: 1,
    ...data.counts,
    incidents: data.incidents.length,
    droppedIncidents: data.droppedIncidents,
    addresses: data.addresses,
    files: data.files,
    failedFiles: data.failedFiles,
    ms: Math.round(data.ms),
  }
}
