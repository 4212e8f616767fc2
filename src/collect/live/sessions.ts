// Step 6: who is on and who was: records of logins in every form that the host keeps, sessions of logind, connections of sshd, tickets
// of sudo. Works on a folder too.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'

import { messageOf } from '../../base/app-error.ts'
import { dumpInetSockets } from '../../platform/linux/sock-diag.ts'
import { readAccounts } from '../../sensors/login/accounts.ts'
import { readLastlog } from '../../sensors/login/lastlog-file.ts'
import { loginPaths } from '../../sensors/login/login-files.ts'
import { readLogindSessions } from '../../sensors/login/logind-sessions.ts'
import { readLastlog2, readWtmpdb } from '../../sensors/login/wtmpdb.ts'
import type { CollectStep, StepContext } from '../step.ts'
import { hostFile } from './host-file.ts'
import { accountingRows } from './login-records.ts'
import { rowsItem } from './running.ts'
import { socketOwners } from './socket-owners.ts'
import { parseSudoTickets } from './sudo-tickets.ts'
import { readText } from './proc-files.ts'

const maxRows = 200_000
const maxTicketBytes = 1024 * 1024
const ticketFolders = ['/run/sudo/ts', '/var/lib/sudo/ts', '/var/run/sudo/ts', '/var/db/sudo/ts']
const lectureFolders = ['/var/lib/sudo/lectured', '/var/db/sudo/lectured']
/** The other login files are logs: their step takes them. Short runs have no such step. */
const shortRunFiles = [loginPaths.wtmp, loginPaths.btmp, loginPaths.wtmpdb, loginPaths.lastlog2]

interface Table {
  readonly name: string
  readonly read: (context: StepContext) => Promise<readonly object[]> | readonly object[]
}

const tables: readonly Table[] = [
  { name: 'utmp', read: (context) => accountingRows(context, loginPaths.utmp) },
  { name: 'wtmp', read: (context) => accountingRows(context, loginPaths.wtmp) },
  { name: 'btmp', read: (context) => accountingRows(context, loginPaths.btmp) },
  { name: 'lastlog', read: ({ root }) => lastLogins(root) },
  { name: 'wtmpdb', read: ({ root }) => wtmpdbRows(root) },
  { name: 'logind-sessions', read: ({ root }) => logindRows(root) },
  { name: 'ssh-sessions', read: ({ root }) => (root === '' ? sshRows() : []) },
  { name: 'sudo-tickets', read: ({ root }) => ticketRows(root) },
  { name: 'sudo-lectures', read: ({ root }) => lectureRows(root) },
]

export const sessionsStep: CollectStep = {
  id: 'sessions',
  title: 'logins and sessions: utmp, wtmp, btmp, lastlog and their successors, logind, sshd, sudo',
  profiles: ['quick', 'full'],
  maxMs: { quick: 4000, full: 60_000 },
  async *collect(context) {
    for (const { name, read } of tables) {
      if (context.leftMs() === 0) {
        context.note(`${name} was not read: the time is over`)
        continue
      }
      try {
        yield rowsItem(name, await read(context))
      } catch (thrown) {
        if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') context.note(`${name}: ${messageOf(thrown)}`)
      }
    }
    const files = context.profile === 'quick' ? [loginPaths.utmp, ...shortRunFiles] : [loginPaths.utmp]
    for (const path of files) {
      const item = hostFile(context.root, path)
      if (item !== undefined) yield item
    }
  },
}

function timeText(ms: number | undefined): string | null {
  return ms === undefined || !(ms > 0) || ms > 253_402_300_799_999 ? null : new Date(ms).toISOString()
}

/** Of both files; the newer one has no numbers. */
function lastLogins(root: string): readonly object[] {
  const rows: object[] = []
  const collect = (source: string, read: () => ReturnType<typeof readLastlog2>): void => {
    try {
      for (const [user, { timeMs, tty, host, service }] of read())
        rows.push({ user, last: timeText(timeMs), tty, host, service: service ?? null, source })
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown
    }
  }
  collect('lastlog', () => readLastlog(root + loginPaths.lastlog, readAccounts(root)))
  if (existsSync(root + loginPaths.lastlog2))
    collect('lastlog2', () => readLastlog2(root + loginPaths.lastlog2))
  return rows
}

function wtmpdbRows(root: string): readonly object[] {
  if (!existsSync(root + loginPaths.wtmpdb)) return []
  return readWtmpdb(root + loginPaths.wtmpdb, 0, maxRows).map((row) => ({
    id: row.id,
    type: row.type,
    user: row.user,
    login: timeText(row.loginMs),
    logout: timeText(row.logoutMs),
    tty: row.tty,
    host: row.host,
    service: row.service,
  }))
}

function logindRows(root: string): readonly object[] {
  return readLogindSessions(root).map(({ sinceMs, ...session }) => ({ ...session, since: timeText(sinceMs) }))
}

/** Connections that a process of an SSH server has. Programs may be named otherwise: those on port 22 are told too. */
async function sshRows(): Promise<readonly object[]> {
  const sockets = await dumpInetSockets('tcp')
  const owners = socketOwners()
  return sockets.flatMap((socket) => {
    if (socket.state !== 'ESTABLISHED') return []
    const pids = owners.get(socket.inode) ?? []
    const names = pids.map((pid) => readText(`/proc/${pid}/comm`, 64) ?? '')
    if (socket.localPort !== 22 && !names.some((name) => /^(?:sshd|dropbear)/.test(name))) return []
    const titles = pids.map((pid) => readText(`/proc/${pid}/loginuid`, 64) ?? '')
    return [
      {
        source_ip: socket.remoteIp,
        source_port: socket.remotePort,
        local_ip: socket.localIp,
        local_port: socket.localPort,
        pids,
        names,
        login_uids: titles.map((uid) => (uid === '' || uid === '4294967295' ? null : Number(uid))),
      },
    ]
  })
}

function ticketRows(root: string): readonly object[] {
  const rows: object[] = []
  for (const folder of ticketFolders) {
    for (const name of namesIn(root + folder)) {
      const path = `${root}${folder}/${name}`
      const there = statSync(path, { throwIfNoEntry: false })
      if (there?.isFile() !== true || there.size > maxTicketBytes) continue
      const tickets = parseSudoTickets(readFileSync(path))
      for (const ticket of tickets)
        rows.push({ user: name, file: `${folder}/${name}`, written: there.mtime.toISOString(), ...ticket })
    }
  }
  return rows
}

/** Who has been told to be careful: he used sudo here for the first time then. */
function lectureRows(root: string): readonly object[] {
  return lectureFolders.flatMap((folder) =>
    namesIn(root + folder).map((user) => ({
      user,
      first: statSync(`${root}${folder}/${user}`, { throwIfNoEntry: false })?.mtime.toISOString() ?? null,
    })),
  )
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).slice(0, 10_000)
  } catch {
    return []
  }
}
