// npm run eval:webshell [labelled.ndjson.gz] [folder of clean code …]: what share of labelled web shells the detector
// finds, which clean files it flags and why, and how fast it is. Samples are decoded in memory only.
// HAECHI_DATA names a folder with `web/webshells-tuning.ndjson.gz` (one JSON object a line: lang, name, sha256, base64).

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

import type { Suspicion } from '../../../src/engine/detectors/detector.ts'
import { webshellDetector } from '../../../src/engine/detectors/webshell/index.ts'
import { Budget, defaultLimits } from '../../../src/engine/limits.ts'
import { headBytes } from '../../../src/engine/scan-object.ts'
import { bytesSource } from '../../../src/engine/source/byte-source.ts'

interface Sample {
  readonly lang: string
  readonly name: string
  readonly sha256: string
  readonly base64: string
}

/** The default threshold of what is told. */
const reportScore = Number(process.env['SCORE'] ?? 60)
const showMisses = process.env['MISSES'] !== undefined
const scripts =
  /\.(?:php\d?|inc|phtml|module|tpl|html?|js|mjs|cjs|ts|p[lm]|cgi|py|rb|jspx?|asp|aspx|as[hmc]x|vb|cs|java|config|htaccess|conf|ini|sh|txt|xml|xsl)$|\/\.(?:htaccess|user\.ini)$/i
const unexpected = (what: string): never => {
  throw new Error(what)
}

function judge(bytes: Uint8Array, name: string): Suspicion | undefined {
  let best: Suspicion | undefined
  webshellDetector.detect(
    { chain: [name], depth: 0, source: bytesSource(bytes), head: bytes.slice(0, headBytes) },
    {
      budget: new Budget(defaultLimits),
      file: { path: '', owner: '' },
      report: unexpected,
      incomplete: unexpected,
      suspect: (finding) => {
        best = finding
      },
    },
  )
  return best
}

interface Count {
  found: number
  all: number
}

function evaluateShells(path: string): void {
  const counts = new Map<string, Count>()
  const count = (key: string, isFound: boolean): void => {
    const known = counts.get(key) ?? { found: 0, all: 0 }
    known.all++
    if (isFound) known.found++
    counts.set(key, known)
  }
  let bytesRead = 0
  const start = process.cpuUsage()
  for (const line of gunzipSync(readFileSync(path)).toString().split('\n')) {
    if (line === '') continue
    const { lang, name, sha256, base64 } = JSON.parse(line) as Sample
    const bytes = Buffer.from(base64, 'base64')
    bytesRead += bytes.length
    const finding = judge(bytes, name)
    const isFound = (finding?.score ?? 0) >= reportScore
    // Two thirds to develop with, one third to check with, by hash.
    const fold = Number.parseInt(sha256.slice(0, 4), 16) % 3 === 0 ? 'check' : 'develop'
    for (const key of [lang, 'all', `${lang} ${fold}`, `all ${fold}`]) count(key, isFound)
    if (showMisses && !isFound && fold === 'develop') {
      console.log(
        `missed ${lang} ${bytes.length} ${finding?.score ?? 0} ${sha256.slice(0, 12)} ${name}: ${(finding?.reasons ?? []).join('; ')}`,
      )
    }
  }
  for (const [key, { found, all }] of [...counts].toSorted(([a], [b]) => a.localeCompare(b))) {
    console.log(`${key}: found ${found} of ${all} = ${((100 * found) / all).toFixed(1)} %`)
  }
  tellSpeed(bytesRead, start)
}

function evaluateClean(folder: string): void {
  const perKind = new Map<string, Count>()
  let bytesRead = 0
  const start = process.cpuUsage()
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name)
    if (!scripts.test(name) || statSync(path, { throwIfNoEntry: false })?.isFile() !== true) continue
    const bytes = readFileSync(path)
    bytesRead += bytes.length
    const finding = judge(bytes, name)
    const kind = /\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? ''
    const known = perKind.get(kind) ?? { found: 0, all: 0 }
    known.all++
    perKind.set(kind, known)
    if (finding === undefined || finding.score < reportScore) continue
    known.found++
    console.log(`flagged ${finding.score} ${finding.name} ${name}\n  ${finding.reasons.join('\n  ')}`)
  }
  const all = [...perKind].toSorted(([, a], [, b]) => b.all - a.all)
  console.log(
    `${folder}: ${all.map(([kind, { found, all: files }]) => `${kind} ${found}/${files}`).join(', ')}`,
  )
  tellSpeed(bytesRead, start)
}

function tellSpeed(bytesRead: number, start: NodeJS.CpuUsage): void {
  const { user, system } = process.cpuUsage(start)
  console.log(
    `${(bytesRead / 1e6).toFixed(1)} MB, ${(bytesRead / (user + system)).toFixed(1)} MB per CPU second, reading included`,
  )
}

const data = process.env['HAECHI_DATA']
const fromData = data === undefined ? [] : [join(data, 'web/webshells-tuning.ndjson.gz')]
const given = process.argv.slice(2)
const wanted = (given.length > 0 ? given : fromData).filter((path) => existsSync(path))
if (wanted.length === 0) {
  console.log(`Nothing to evaluate. Give a labelled set (.ndjson.gz; a line is {"lang":"php","name":…,"sha256":…,"base64":…})
and folders of clean code, or set HAECHI_DATA to a folder that holds web/webshells-tuning.ndjson.gz.
Clean code: apt-get download wordpress phpmyadmin mediawiki … and dpkg-deb -x into a folder; npm pack.`)
}
for (const path of wanted) {
  if (statSync(path).isDirectory()) evaluateClean(path)
  else evaluateShells(path)
}
