// The isolation of one control group (a service, a container): its sockets are recognised by the group in which they were made
// (nft `socket cgroupv2`). A container's packets pass in a network namespace of its own, so the rules are put there too.

import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'

import { AppError } from '../../base/app-error.ts'

/** Where nft looks for the names of groups (its own constant). */
const nftRoot = '/sys/fs/cgroup'
const maxGroups = 10_000
const maxProcesses = 100_000

export interface ControlGroup {
  /** Absolute. */
  readonly path: string
  /** As nft names it. */
  readonly name: string
  /** How deep it lies in the hierarchy. */
  readonly level: number
}

/** `text`: an absolute path, or one below the root of the hierarchy. Throws AppError. */
export function findGroup(text: string): ControlGroup {
  const root = unifiedRoot()
  const path = text.startsWith(`${nftRoot}/`) ? resolve(text) : resolve(root, text.replace(/^\/+/, ''))
  const below = relative(root, path)
  const name = relative(nftRoot, path)
  // Control characters, quotes and backslashes would end the name in the language of nft.
  if (below === '' || below.startsWith('..') || name.startsWith('..') || !/^[\w@.:/+\-=,~]+$/.test(name)) {
    throw new AppError('usage', `${text} is no control group that can be isolated`, {
      hint: `it must lie below ${root}, e.g. cgroup:system.slice/apache2.service`,
    })
  }
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new AppError('not-found', `there is no control group ${path}`)
  return { path, name, level: below.split('/').length }
}

function unifiedRoot(): string {
  for (const line of readFileSync('/proc/self/mounts', 'utf8').split('\n')) {
    const [, point = '', type] = line.split(' ')
    if (type === 'cgroup2' && (point === nftRoot || point.startsWith(`${nftRoot}/`))) return point
  }
  throw new AppError('unsupported', 'this host has no cgroup v2 hierarchy below /sys/fs/cgroup')
}

/** The processes of the group and of those below it. */
export function processesOf(path: string): number[] {
  const pids: number[] = []
  const waiting = [path]
  for (let seen = 0; seen < maxGroups && pids.length < maxProcesses; seen++) {
    const group = waiting.pop()
    if (group === undefined) break
    try {
      for (const pid of readFileSync(join(group, 'cgroup.procs'), 'utf8').split('\n')) {
        if (pid !== '') pids.push(Number(pid))
      }
      for (const entry of readdirSync(group, { withFileTypes: true })) {
        if (entry.isDirectory()) waiting.push(join(group, entry.name))
      }
    } catch {
      // It was removed in between.
    }
  }
  return pids
}

/** One process of each network namespace besides ours in which there are processes of the group. */
export function otherNamespaces(pids: readonly number[]): number[] {
  const found = new Map<string, number>()
  const own = namespaceOf('self')
  for (const pid of pids) {
    const name = namespaceOf(pid)
    if (name !== '' && name !== own && !found.has(name)) found.set(name, pid)
  }
  return [...found.values()]
}

function namespaceOf(pid: number | 'self'): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`)
  } catch {
    return ''
  }
}

/** Commands of nft: version 1.0 cannot say this match in JSON. */
export function groupIsolation(table: string, group: ControlGroup, seconds?: number): string {
  const time = seconds === undefined ? '' : ` timeout ${seconds}s`
  const lines = [
    `add table inet ${table}`,
    `add set inet ${table} switch { type nf_proto; flags timeout; }`,
    `add element inet ${table} switch { ipv4${time}, ipv6${time} }`,
  ]
  for (const hook of ['input', 'output'] as const) {
    const device = hook === 'input' ? 'iifname' : 'oifname'
    const rule = `add rule inet ${table} ${hook}`
    lines.push(
      `add chain inet ${table} ${hook} { type filter hook ${hook} priority -5; policy accept; }`,
      `${rule} meta nfproto != @switch accept`,
      `${rule} ${device} "lo" accept`,
      `${rule} socket cgroupv2 level ${group.level} "${group.name}" counter drop`,
    )
  }
  return `${lines.join('\n')}\n`
}
