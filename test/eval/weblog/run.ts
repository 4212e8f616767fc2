// npm run eval:weblog: what share of labelled attack requests the detectors find, class by class and list by list, and what they flag of
// benign requests, beside the anchors' figures; and how long the requests took. HAECHI_DATA names a folder with web/attack-*.ndjson.gz
// and web/benign-*.ndjson.gz (uri, method, ua, ref, status, cls). SHOW=attack-patt.sqli or SHOW=benign-csic prints what was wrong.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

import { partDetectors } from '../../../src/rules/weblog/detectors/index.ts'
import { createInspector, type PartFinding } from '../../../src/rules/weblog/inspect.ts'
import type { WebRequest } from '../../../src/rules/weblog/request.ts'
import { type Anchor, flaggedAnchors, foundAnchors } from './anchors.ts'

interface Labelled {
  readonly uri: string
  readonly method: string
  readonly ua: string
  readonly ref: string
  readonly status: number
  readonly cls: string
}

/** The default threshold of what is told. */
const reportConfidence = Number(process.env['CONFIDENCE'] ?? 60)
const shown = process.env['SHOW']

function requestOf({ uri, method, ua, ref, status }: Labelled): WebRequest {
  const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')
  return {
    timeMs: undefined,
    client: '192.0.2.1',
    method,
    target: latin1(uri),
    protocol: 'HTTP/1.1',
    status,
    bytes: -1,
    referer: ref === '-' ? '' : latin1(ref),
    userAgent: ua === '-' ? '' : latin1(ua),
    host: '',
    user: '',
    durationMs: -1,
  }
}

class Tally {
  found = 0
  /** Found and said to be of the class that the list says. */
  named = 0
  all = 0
}

const aliases: Readonly<Record<string, readonly string[]>> = {
  lfi: ['traversal'],
  redirect: ['open-redirect'],
  php: ['php-injection'],
}

function tallyOf(tallies: Map<string, Tally>, key: string): Tally {
  const known = tallies.get(key) ?? new Tally()
  tallies.set(key, known)
  return known
}

function* labelled(path: string): Generator<Labelled> {
  const seen = new Set<string>()
  for (const line of gunzipSync(readFileSync(path)).toString().split('\n')) {
    if (line === '') continue
    const request = JSON.parse(line) as Labelled
    const key = `${request.method} ${request.uri}\n${request.ua}\n${request.ref}`
    if (seen.has(key)) continue
    seen.add(key)
    yield request
  }
}

function percent(part: number, all: number): string {
  return all === 0 ? '' : ((100 * part) / all).toFixed(2).padStart(6)
}

function row(name: string, { found, named, all }: Tally, anchor: Anchor | undefined): string {
  const beside =
    anchor === undefined
      ? ''
      : `  libinjection ${anchor.libinjection}, CRS ${anchor.crs1}, at paranoia level 2 ${anchor.crs2}`
  return `${name.padEnd(30)} ${String(found).padStart(6)} of ${String(all).padEnd(6)} ${percent(found, all)} %, so named ${percent(named, all)} %${beside}`
}

function tell(list: string, { uri, cls }: Labelled, told: PartFinding | undefined): void {
  if (shown === undefined || !(list === shown || `${list}.${cls}` === shown)) return
  console.log(
    `  ${told?.finding.confidence ?? 0} ${told?.finding.class ?? ''} ${told?.finding.why ?? ''} | ${uri.slice(0, 200)}`,
  )
}

function evaluate(folder: string): void {
  const inspect = createInspector(partDetectors)
  const perList = new Map<string, Tally>()
  const perClass = new Map<string, Tally>()
  const benign = new Map<string, Tally>()
  const start = process.cpuUsage()
  let requests = 0
  for (const file of readdirSync(folder).toSorted()) {
    const [, kind, name = ''] = /^(attack|benign)-(.+)\.ndjson\.gz$/.exec(file) ?? []
    if (kind === undefined) continue
    for (const request of labelled(join(folder, file))) {
      requests += 1
      const told = inspect(requestOf(request)).filter(({ finding }) => finding.confidence >= reportConfidence)
      const isAttack = kind === 'attack'
      const names = aliases[request.cls] ?? [request.cls]
      const isNamed = told.some(({ finding }) => names.includes(finding.class))
      const tallies = isAttack
        ? [tallyOf(perList, `${request.cls}: ${name}`), tallyOf(perClass, request.cls)]
        : [tallyOf(benign, name)]
      for (const tally of tallies) {
        tally.all += 1
        if (told.length > 0) tally.found += 1
        if (isNamed) tally.named += 1
      }
      if (told.length > 0 !== isAttack) tell(`${kind}-${name}`, request, told[0])
    }
  }
  const { user, system } = process.cpuUsage(start)
  console.log('Attacks found, class by class')
  for (const [name, tally] of [...perClass].toSorted(([, a], [, b]) => b.all - a.all))
    console.log(row(name, tally, foundAnchors[name]))
  console.log('\nAttacks found, list by list')
  for (const [name, tally] of [...perList].toSorted(([a], [b]) => a.localeCompare(b)))
    console.log(row(name, tally, undefined))
  console.log('\nBenign requests flagged')
  for (const [name, tally] of benign) console.log(row(name, tally, flaggedAnchors[name]))
  console.log(
    `\n${requests} distinct requests, ${((user + system) / 1e6).toFixed(1)} s of CPU time, reading the lists included`,
  )
}

const data = process.env['HAECHI_DATA']
const folder = join(data ?? '', 'web')
if (data === undefined || !existsSync(folder))
  console.log('HAECHI_DATA names no folder with web/attack-*.ndjson.gz: nothing to evaluate')
else evaluate(folder)
