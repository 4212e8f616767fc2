// Events as a host under load makes them: starts and ends of processes, connections, log lines; about 550 bytes each.

import type { Event, EventDataset } from '../../../src/model/index.ts'

const startMs = Date.UTC(2026, 0, 1)
const stepMs = 5

/** Always the same for the same number. */
export function sampleEvent(index: number): Event {
  const random = seeded(index)
  const kind = index % 10
  if (kind < 3) return processEvent(index, random, 'exec')
  if (kind < 6) return processEvent(index, random, 'exit')
  return kind < 8 ? connection(index, random) : logLine(index, random)
}

/** Number from 0 on and below the bound. */
type Random = (bound: number) => number

function seeded(seed: number): Random {
  let state = Math.imul(seed + 1, 0x9e3779b1)
  return (bound) => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d)
    state = Math.imul(state ^ (state >>> 13), 0x297a2d39)
    return ((state ^ (state >>> 16)) >>> 0) % bound
  }
}

function head(index: number, action: string, dataset: EventDataset): Pick<Event, '@timestamp' | 'event'> {
  const time = new Date(startMs + index * stepMs).toISOString().slice(0, -1)
  return {
    '@timestamp': `${time}${String(index % 1000).padStart(3, '0')}Z`,
    event: { kind: 'event', category: ['process'], type: ['start'], action, dataset, provider: 'ebpf' },
  }
}

function processEvent(index: number, random: Random, action: string): Event {
  const pid = 1000 + random(30_000)
  const tool = `tool${random(50)}`
  const made = head(index, action, 'hx.process')
  return {
    ...made,
    message: `${action} /usr/bin/${tool}`,
    process: {
      entity_id: `1234abcd:${pid}:${index + 55_555}`,
      pid,
      name: tool,
      executable: `/usr/bin/${tool}`,
      args: [tool, '-x', `/tmp/file${random(100_000)}`],
      args_count: 3,
      working_directory: '/home/user',
      start: made['@timestamp'],
      user: { id: String(random(5)), name: 'root' },
      parent: { entity_id: `1234abcd:${pid - 1}:${index + 5555}`, pid: pid - 1, executable: '/bin/bash' },
      thread: { capabilities: { effective: ['CAP_CHOWN', 'CAP_KILL'] } },
    },
    file: { inode: String(random(1_000_000)), mode: '0755' },
    hx: { process: { auid: 1000, session: 3, memfd: false } },
  }
}

function connection(index: number, random: Random): Event {
  const destination = `10.${random(255)}.${random(255)}.${random(255)}`
  return {
    ...head(index, 'connect', 'hx.network'),
    message: `connect to ${destination}`,
    process: { pid: 1000 + random(30_000), name: 'curl', executable: '/usr/bin/curl' },
    source: { ip: '10.0.0.5', port: 30_000 + random(30_000) },
    destination: { ip: destination, port: [80, 443, 22][random(3)] ?? 80 },
    network: { transport: 'tcp', type: 'ipv4', direction: 'egress', community_id: `1:${random(1e9)}=` },
  }
}

function logLine(index: number, random: Random): Event {
  const pid = 1000 + random(30_000)
  const offset = index * 100
  return {
    ...head(index, 'line', 'hx.log'),
    message: `Jan  1 00:00:00 host sshd[${pid}]: Failed password for root from 10.1.2.${random(255)} port ${random(60_000)} ssh2`,
    log: { file: { path: '/var/log/auth.log' }, offset, syslog: { appname: 'sshd', procid: String(pid) } },
    hx: { log: { source: 'auth', kind: 'syslog', id: `8:1:123:abcdef:${offset}` } },
  }
}
