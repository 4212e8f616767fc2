// The engine over the programs, scripts and documents of the examined tree, and over all where strange files come in, within a budget of files, bytes and time.

import type { Instance } from '../../engine/index.ts'
import type { Detection, Event, IncidentLevel, Verdict } from '../../model/index.ts'
import type { EvidenceTree, TreeFile } from '../../evidence/tree.ts'
import { windowsPathOf } from '../programs/windows-path.ts'
import type { Finding } from '../record.ts'

export interface ScanLimits {
  readonly maxFiles: number
  /** A larger file is left out. */
  readonly maxFileBytes: number
  readonly maxBytes: number
  readonly maxMs: number
}

export const defaultScanLimits: ScanLimits = {
  maxFiles: 100_000,
  maxFileBytes: 64 * 1024 * 1024,
  maxBytes: 16 * 1024 ** 3,
  maxMs: 30 * 60_000,
}

const runs =
  'exe|dll|sys|scr|com|pif|cpl|ocx|drv|msi|bat|cmd|ps1|psm1|vbs|vbe|js|jse|hta|wsf|wsh|sct|jar|class|lnk|url|chm|php[3-8]?|phtml|aspx?|ashx|jspx?|cgi|pl|py|sh|elf|so|ko|apk|docx?|docm|dotm|xlsx?|xlsm|xlsb|xla[m]?|pptx?|pptm|rtf|pdf|one|hwpx?|eml|msg|html?|svg|zip|7z|rar|iso|img|vhdx?|cab|gz|tgz|ace|arj|alz|egg'
const looksScannable = new RegExp(`\\.(?:${runs})$`)
/** Copies that Windows keeps of its own files. */
const copies = /^\/windows\/(?:winsxs|servicing|assembly|softwaredistribution)\//
/** Where what comes from outside lies under any name: temporary places, downloads, web roots, mail and recycle bins. */
const anyName =
  /^(?:\/(?:tmp|var\/tmp|dev\/shm|var\/www|srv|inetpub\/wwwroot|windows\/temp|perflogs|users\/public|\$recycle\.bin|var\/(?:spool\/)?mail)\/|\/(?:home|users)\/[^/]+\/(?:downloads|appdata\/local\/temp|appdata\/roaming)\/)/
const executableBits = 0o111

export class Scanner {
  readonly #instance: Instance
  readonly #limits: ScanLimits
  readonly #startedMs = performance.now()
  files = 0
  bytes = 0
  found = 0
  /** Why files were left out, with their number. */
  readonly leftOut = new Map<string, number>()

  constructor(instance: Instance, limits: ScanLimits) {
    this.#instance = instance
    this.#limits = limits
  }

  /** By its name alone: whether it is worth being asked about. */
  mayWant(lowerPath: string, system: EvidenceTree['system']): boolean {
    if (copies.test(lowerPath)) return false
    if (looksScannable.test(lowerPath) || anyName.test(lowerPath)) return true
    // Of Linux a program's name says nothing; its mode does.
    return system !== 'windows' && !lowerPath.slice(lowerPath.lastIndexOf('/')).includes('.')
  }

  /** Undefined: nothing was found, or it was left out, which is counted. */
  scan(tree: EvidenceTree, file: TreeFile, label: string): { finding: Finding; event: Event } | undefined {
    const lowerPath = file.path.toLowerCase()
    const isWanted =
      looksScannable.test(lowerPath) || anyName.test(lowerPath) || ((file.mode ?? 0) & executableBits) !== 0
    if (!isWanted || file.size === 0) return undefined
    const why = this.#whyNot(file)
    if (why !== undefined) {
      this.leftOut.set(why, (this.leftOut.get(why) ?? 0) + 1)
      return undefined
    }
    using source = tree.open(file.path)
    if (source === undefined) return undefined
    this.files += 1
    this.bytes += file.size
    const name = file.path.slice(file.path.lastIndexOf('/') + 1)
    const verdict = this.#instance.scan(source.read(0, source.size), {
      name,
      file: { path: file.path, owner: '' },
    })
    const [gravest] = verdict.detections.toSorted((a, b) => weightOf(b) - weightOf(a))
    if (gravest === undefined) return undefined
    this.found += 1
    return {
      finding: findingOf(verdict, gravest, { file, label }),
      event: eventOf(verdict, file, tree.system),
    }
  }

  #whyNot({ size }: TreeFile): string | undefined {
    const { maxFiles, maxFileBytes, maxBytes, maxMs } = this.#limits
    if (size > maxFileBytes) return `larger than ${Math.round(maxFileBytes / 1024 ** 2)} MiB`
    if (this.files >= maxFiles) return `${maxFiles} files had been scanned`
    if (this.bytes + size > maxBytes) return `${Math.round(maxBytes / 1024 ** 3)} GiB had been scanned`
    if (performance.now() - this.#startedMs > maxMs)
      return `${Math.round(maxMs / 60_000)} minutes had been scanned`
    return undefined
  }
}

/** A signature's word counts more than a heuristic's. */
function weightOf({ heuristic }: Detection): number {
  return heuristic === undefined ? 100 : heuristic.score
}

function levelOf(detection: Detection): IncidentLevel {
  const weight = weightOf(detection)
  if (weight >= 90) return 'high'
  return weight >= 75 ? 'medium' : 'low'
}

interface Place {
  readonly file: TreeFile
  readonly label: string
}

function findingOf(verdict: Verdict, gravest: Detection, { file, label }: Place): Finding {
  const names = verdict.detections.map(({ name }) => name).slice(0, 10)
  const time = file.times.born ?? file.times.modified
  const reasons = gravest.heuristic?.reasons ?? []
  return {
    level: levelOf(gravest),
    title: gravest.name,
    what: label,
    why: reasons.length === 0 ? 'The engine knows it by a signature.' : reasons.slice(0, 4).join('; '),
    by: 'engine',
    rule: gravest.name,
    techniques: gravest.heuristic?.techniques ?? [],
    ...(time === undefined ? {} : { time }),
    source: label,
    details: { names: names.join(', '), size: file.size },
  }
}

function eventOf(
  verdict: Verdict,
  { path: place, size, times }: TreeFile,
  system: EvidenceTree['system'],
): Event {
  // As the events of its logs name it.
  const path = system === 'windows' ? windowsPathOf(place) : place
  const names = verdict.detections.map(({ name }) => name).slice(0, 10)
  return {
    '@timestamp': times.born ?? times.modified ?? new Date(0).toISOString(),
    event: {
      kind: 'alert',
      dataset: 'hx.verdict',
      action: 'found',
      category: ['malware'],
      type: ['info'],
      provider: 'engine',
      severity: 75,
    },
    message: `${names.join(', ')}: ${path}`,
    file: { path, name: place.slice(place.lastIndexOf('/') + 1), size },
    hx: { verdict: { status: verdict.status, names } },
  }
}
