// What the cost of an event is measured with: ordinary process starts and requests, and one log source with thousands of rules.

import type { Event, WebRequestSeen } from '../../../src/model/index.ts'
import { createSigma, type RuleSet, type Sigma } from '../../../src/rules/sigma/index.ts'

const commands = [
  ['/usr/bin/ls', 'ls', '-la', '/home/anna/projects'],
  ['/usr/bin/git', 'git', 'status', '--porcelain=v2', '--branch'],
  [
    '/usr/bin/gcc',
    'gcc',
    '-O2',
    '-Wall',
    '-I/usr/include/glib-2.0',
    '-c',
    'src/main.c',
    '-o',
    'build/main.o',
  ],
  ['/usr/bin/dash', 'sh', '-c', 'test -x /usr/sbin/anacron || run-parts --report /etc/cron.hourly'],
  ['/usr/bin/python3.11', 'python3', '-m', 'pytest', '-q', 'tests/unit'],
  ['/usr/bin/dpkg', 'dpkg', '--print-foreign-architectures'],
  ['/usr/bin/node', 'node', '--test', 'src/base/text.test.ts'],
  ['/usr/sbin/sshd', 'sshd: anna [priv]'],
  ['/usr/bin/grep', 'grep', '-rn', 'TODO', '--include=*.ts', 'src'],
  ['/usr/bin/curl', 'curl', '-fsSL', 'https://deb.debian.org/debian/dists/bookworm/InRelease'],
] as const

export function benignExecs(): Event[] {
  return commands.map(([executable, ...args], i) => ({
    '@timestamp': '2026-05-01T10:00:00.000000Z',
    event: {
      kind: 'event',
      category: ['process'],
      type: ['start'],
      action: 'exec',
      dataset: 'hx.process',
      provider: 'ebpf',
      sequence: i,
    },
    process: {
      pid: 1000 + i,
      name: executable.slice(executable.lastIndexOf('/') + 1, 15),
      executable,
      args,
      args_count: args.length,
      command_line: args.join(' '),
      working_directory: '/home/anna',
      user: { id: '1000', name: 'anna' },
      parent: { pid: 900, executable: '/usr/bin/bash', args: ['-bash'], command_line: '-bash' },
    },
  }))
}

const targets = [
  '/',
  '/index.html',
  '/shop/item?id=42&color=red',
  '/static/js/jquery-3.7.1.min.js',
  '/search?q=caf%C3%A9+au+lait&page=2',
  '/wp-content/uploads/2024/05/photo-1.jpg',
] as const

export function benignRequests(): WebRequestSeen[] {
  return targets.map((target, i) => ({
    timeMs: 1_780_000_000_000 + i,
    client: `203.0.113.${i}`,
    method: 'GET',
    target,
    status: 200,
    bytes: 5120,
    referer: 'https://shop.example/',
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
    host: 'shop.example',
    user: '-',
    durationMs: -1,
  }))
}

/** The rules of process_creation, some of them more than once, as if all were of one log source. */
export function processRules(set: RuleSet, count: number): { readonly sigma: Sigma; readonly count: number } {
  const own = set.rules.filter(({ logsource }) => logsource.category === 'process_creation')
  const others = set.rules.filter(({ logsource }) => logsource.category !== 'process_creation')
  const rules = [...own, ...others]
    .slice(0, count)
    .map((rule) => ({ ...rule, logsource: { product: 'windows', category: 'process_creation' } }))
  return { sigma: createSigma({ rules, correlations: [], filters: [], problems: [] }), count: rules.length }
}
