// Tables of what the host tells: the kinds that somebody reads first have columns of their own, all others their titles.

import type { Analysis, ArtefactRecord, LogonRow } from '../../../analysis/index.ts'
import { escaped } from '../../incidents/html/escape.ts'
import { clock } from './findings.ts'

const mostRows = 400

interface Column {
  readonly name: string
  readonly of: (record: ArtefactRecord) => string
  readonly isCode?: boolean
  readonly width?: string
}

interface Shown {
  readonly title: string
  readonly columns: readonly Column[]
  /** Those that somebody should look at first have the larger number. */
  readonly weight?: (record: ArtefactRecord) => number
}

function field(record: ArtefactRecord, ...path: readonly string[]): unknown {
  let at: unknown = record.data
  for (const name of path)
    at = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : undefined
  return at
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map((one) => textOf(one)).join(', ')
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}

function data(name: string, ...path: readonly string[]): Column {
  return { name, of: (record) => textOf(field(record, ...path)) }
}

function code(name: string, ...path: readonly string[]): Column {
  return { ...data(name, ...path), isCode: true }
}

const when: Column = {
  name: 'Time',
  of: ({ times }) => (times[0] === undefined ? '' : `${clock(times[0].time)} ${times[0].is}`),
  width: '9.5rem',
}

const signature: Column = {
  name: 'Signature',
  of(record) {
    const status = textOf(field(record, 'program', 'status'))
    const signer = textOf(field(record, 'program', 'signer'))
    if (status === '') return field(record, 'isMissing') === true ? 'file not there' : ''
    return signer === '' ? status : `${status}: ${signer}`
  },
  width: '11rem',
}

function isOdd(record: ArtefactRecord): number {
  const status = textOf(field(record, 'program', 'status'))
  const level = textOf(field(record, 'program', 'risk', 'level'))
  const odd = status === 'invalid' ? 8 : 0
  const risky = level === 'high' && status !== 'valid' ? 4 : 0
  const usual = field(record, 'isUsual') === true || field(record, 'isEnabled') === false ? -4 : 0
  return odd + risky + usual + (status === 'valid' ? 0 : 1)
}

const titled: readonly Column[] = [
  when,
  { name: 'Record', of: ({ title }) => title, isCode: true },
  { name: 'Where', of: ({ source }) => source, width: '24%' },
]

/** In the order of the page. */
const kinds: Readonly<Record<string, Shown>> = {
  autorun: {
    title: 'What starts by itself',
    weight: isOdd,
    columns: [
      data('Category', 'category'),
      data('Entry', 'entry'),
      code('Runs', 'command'),
      signature,
      code('SHA-256', 'program', 'sha256'),
      when,
    ],
  },
  service: {
    title: 'Services and drivers',
    weight: (record) => isOdd(record) + (field(record, 'isDriver') === true ? 0 : 1),
    columns: [
      data('Service', 'name'),
      data('Start', 'start'),
      {
        ...code('Runs', 'command'),
        of: (record) => textOf(field(record, 'library')) || textOf(field(record, 'command')),
      },
      data('Account', 'account'),
      signature,
      code('SHA-256', 'program', 'sha256'),
      when,
    ],
  },
  task: { title: 'Scheduled tasks (files)', columns: titled },
  'registered-task': { title: 'Scheduled tasks (registry)', columns: titled },
  account: {
    title: 'Accounts',
    columns: [
      data('Name', 'name'),
      data('RID', 'rid'),
      data('Groups', 'groups'),
      data('Flags', 'flags'),
      data('Logons', 'logons'),
      data('Last logon', 'lastLogon'),
      data('Created', 'created'),
    ],
  },
  'run-history': {
    title: 'What ran, was opened and was typed',
    weight: ({ times }) => Date.parse(times[0]?.time ?? '') || 0,
    columns: [
      when,
      data('Source', 'source'),
      code('What', 'what'),
      data('Runs', 'runCount'),
      data('User', 'user'),
      signature,
      code('SHA-256', 'program', 'sha256'),
    ],
  },
  prefetch: {
    title: 'Programs that ran (prefetch)',
    weight: ({ times }) => Date.parse(times[0]?.time ?? '') || 0,
    columns: [
      when,
      data('Program', 'executable'),
      data('Runs', 'runCount'),
      code('Path', 'path'),
      signature,
      code('SHA-256', 'program', 'sha256'),
    ],
  },
  download: {
    title: 'Downloaded files',
    columns: [
      code('File', 'file'),
      data('Zone', 'zone'),
      code('From', 'hostUrl'),
      code('Referrer', 'referrerUrl'),
      when,
    ],
  },
  found: { title: 'Files that the engine found', columns: titled },
  wmi: { title: 'Subscriptions of WMI', columns: titled },
  'shell-history': { title: 'Shell histories', columns: titled },
  'recycle-bin': { title: 'Deleted files', columns: titled },
  'usb-device': { title: 'Devices that were plugged in', columns: titled },
  'registry-deleted': { title: 'Deleted keys of autostart places', columns: titled },
}

const leastTitle: Readonly<Record<string, string>> = {
  lnk: 'Shortcuts',
  'jump-list': 'Jump lists',
  group: 'Groups',
  'network-interface': 'Network interfaces',
  'network-profile': 'Networks',
  share: 'Shares',
  'system-fact': 'Facts of the system',
  journal: 'Journals',
}

export function kindTables({ kinds: found }: Analysis): string {
  const names = [
    ...Object.keys(kinds),
    ...[...found.keys()].filter((kind) => kinds[kind] === undefined).toSorted(),
  ]
  return names
    .map((kind) => {
      const table = found.get(kind)
      if (table === undefined || table.count === 0) return ''
      const shown = kinds[kind] ?? { title: leastTitle[kind] ?? kind, columns: titled }
      return table.shown.length === 0
        ? `<p class="why">${escaped(shown.title)}: ${table.count.toLocaleString('en-US')} records, in artefacts/${escaped(kind)}.jsonl.</p>`
        : tableHtml(shown, table.shown, { kind, count: table.count })
    })
    .join('\n')
}

function tableHtml(
  { title, columns, weight }: Shown,
  records: readonly ArtefactRecord[],
  { kind, count }: { readonly kind: string; readonly count: number },
): string {
  const sorted = weight === undefined ? records : records.toSorted((a, b) => weight(b) - weight(a))
  const rows = sorted.slice(0, mostRows)
  const shown = columns.filter(({ of }) => rows.some((record) => of(record) !== ''))
  const head = shown.map(
    ({ name, width }) =>
      `<th scope="col"${width === undefined ? '' : ` class="w-${widthClass(width)}"`}>${name}</th>`,
  )
  const body = rows.map((record) => `<tr>${shown.map((column) => cellHtml(column, record)).join('')}</tr>`)
  const more =
    count > rows.length
      ? `<p class="why">${rows.length} of ${count.toLocaleString('en-US')}; artefacts/${escaped(kind)}.jsonl has all.</p>`
      : ''
  return `<details class="kind"><summary>${escaped(title)} <small>${count.toLocaleString('en-US')}</small></summary><div class="table"><table class="kinds"><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>${more}</details>`
}

function widthClass(width: string): string {
  return width.replaceAll(/[^\da-z]/g, '')
}

function cellHtml({ of, isCode }: Column, record: ArtefactRecord): string {
  const text = of(record)
  if (text === '') return '<td></td>'
  const shown = text.length > 600 ? `${text.slice(0, 600)}…` : text
  return isCode === true ? `<td><code>${escaped(shown)}</code></td>` : `<td>${escaped(shown)}</td>`
}

export function logonTable(logons: readonly LogonRow[]): string {
  if (logons.length === 0) return ''
  const rows = logons
    .slice(0, mostRows)
    .map(
      ({ user, from, method, outcome, count, first, last, host }) =>
        `<tr><td>${escaped(user)}</td><td><code>${escaped(from)}</code></td><td>${escaped(method)}</td><td><span class="${outcome === 'success' ? 'ok' : 'bad'}">${outcome}</span></td><td class="number">${count.toLocaleString('en-US')}</td><td class="number">${escaped(clock(first))}</td><td class="number">${escaped(clock(last))}</td><td>${escaped(host)}</td></tr>`,
    )
  return `<details class="kind" open><summary>Logins <small>${logons.length}, summed up</small></summary><div class="table"><table class="kinds"><thead><tr><th scope="col">User</th><th scope="col">From</th><th scope="col">How</th><th scope="col">Outcome</th><th scope="col">Times</th><th scope="col">First</th><th scope="col">Last</th><th scope="col">Host</th></tr></thead><tbody>${rows.join('\n')}</tbody></table></div></details>`
}
