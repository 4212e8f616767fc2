// How many of the public Sigma rules for process creation ask only for fields that event 4688 carries: as it is, with what the
// program's file says, and with what the process tree knows. A live host has the working directory too.

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { parseAllDocuments } from 'yaml'

import {
  type FlatRecord,
  type ImageFacts,
  ProcessCreations,
} from '../../../src/evidence/process-creation/index.ts'
import { withSysmonNames } from '../../../src/rules/sigma/windows-record.ts'
import { evalData } from '../../support/eval-data.ts'

const facts: ImageFacts = {
  fileVersion: '1.0',
  description: 'Tool',
  product: 'Tools',
  company: 'Maker',
  originalFileName: 'tool.exe',
  importHash: '0'.repeat(32),
  hashes: { md5: '0'.repeat(32), sha1: '0'.repeat(40), sha256: '0'.repeat(64) },
}

export async function agree(): Promise<{ name: string; figures: Record<string, number | string> }> {
  const rules = ruleFields(join(evalData(), 'sigma'))
  const carried = (fields: ReadonlySet<string>): string => {
    const count = rules.filter((asked) => asked.every((field) => fields.has(field))).length
    return `${count} of ${rules.length} (${((100 * count) / rules.length).toFixed(1)} %)`
  }
  const missing = fieldsOf({ file: true, tree: true, live: false })
  return Promise.resolve({
    name: 'rules for process creation whose fields event 4688 carries',
    figures: {
      'event 4688 alone': carried(rawFields()),
      'with the program’s file': carried(fieldsOf({ file: true, tree: false, live: false })),
      'with the process tree, offline': carried(missing),
      'with the process tree, live': carried(fieldsOf({ file: true, tree: true, live: true })),
      'fields that only a live host tells': [
        ...new Set(rules.flat().filter((field) => !missing.has(field))),
      ].join(', '),
    },
  })
}

/** Of each rule the fields that it names. */
function ruleFields(folder: string): string[][] {
  const rules: string[][] = []
  for (const file of globSync(join(folder, 'rules*', '**', '*.yml'))) {
    for (const document of parseAllDocuments(readFileSync(file, 'utf8'))) {
      const rule = document.toJS() as {
        readonly logsource?: { readonly product?: string; readonly category?: string }
        readonly detection?: Readonly<Record<string, unknown>>
      } | null
      const { product, category } = rule?.logsource ?? {}
      if (product !== 'windows' || category !== 'process_creation') continue
      const selections = Object.entries(rule?.detection ?? {}).filter(([name]) => name !== 'condition')
      rules.push([...new Set(selections.flatMap(([, selection]) => namesIn(selection)))])
    }
  }
  return rules
}

function namesIn(selection: unknown): string[] {
  if (Array.isArray(selection)) return selection.flatMap(namesIn)
  if (typeof selection !== 'object' || selection === null) return []
  return Object.keys(selection).map((key) => key.split('|', 1)[0] ?? '')
}

function created(
  pid: number,
  image: string,
  parent: { readonly pid: number; readonly image: string },
): FlatRecord {
  return {
    Channel: 'Security',
    EventID: '4688',
    Provider_Name: 'Microsoft-Windows-Security-Auditing',
    Computer: 'PC',
    NewProcessId: `0x${pid.toString(16)}`,
    NewProcessName: image,
    ProcessId: `0x${parent.pid.toString(16)}`,
    ParentProcessName: parent.image,
    CommandLine: `${image} -a`,
    SubjectUserSid: 'S-1-5-21-1-2-3-1001',
    SubjectUserName: 'kim',
    SubjectDomainName: 'PC',
    SubjectLogonId: '0x1234',
    MandatoryLabel: 'S-1-16-8192',
  }
}

const shell = { pid: 200, image: 'C:\\Windows\\System32\\cmd.exe' }
const explorer = { pid: 100, image: 'C:\\Windows\\explorer.exe' }
const tool = created(300, 'C:\\Tools\\tool.exe', shell)

/** What Windows writes, under the names that rules use. */
function rawFields(): ReadonlySet<string> {
  return new Set(Object.keys(withSysmonNames(tool)))
}

function fieldsOf({
  file,
  tree,
  live,
}: {
  readonly file: boolean
  readonly tree: boolean
  readonly live: boolean
}): ReadonlySet<string> {
  const creations = new ProcessCreations({
    image: () => (file ? facts : undefined),
    workingDirectory: () => (live ? 'C:\\Tools\\' : undefined),
  })
  if (tree) creations.enrich(created(shell.pid, shell.image, explorer))
  const record = creations.enrich(tool)
  return new Set(Object.keys(record).filter((name) => record[name] !== undefined && record[name] !== ''))
}
