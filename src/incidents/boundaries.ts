// Programs at which a story ends upwards: what they start is started for somebody else. They are shown, nothing joins by them.

export type Boundary =
  /** Serves requests: what it starts belongs to a request. */
  | 'web'
  /** Databases, mail, directories: what it starts belongs to whoever asked. */
  | 'server'
  /** Starts jobs. */
  | 'cron'
  /** Lets people in: what it starts is a session. */
  | 'login'
  /** Starts everything else: init, service managers, container shims. */
  | 'manager'
  /** Changes the system on somebody's behalf: shown, its files and children are not. */
  | 'packages'

const programs: Readonly<Record<Boundary, string>> = {
  web: 'apache2 httpd httpd.worker httpd.event nginx lighttpd caddy openresty angie haproxy traefik litespeed lshttpd uwsgi unicorn gunicorn php-cgi lsphp h2o',
  server:
    'mysqld mariadbd postgres postmaster mongod redis-server memcached slapd named unbound dnsmasq exim4 master smtpd dovecot vsftpd proftpd smbd nmbd rsyslogd',
  cron: 'cron crond anacron atd fcron busybox-crond',
  login:
    'sshd sshd-session sshd-auth dropbear login agetty getty telnetd in.telnetd gdm3 gdm-session-worker sddm lightdm',
  manager:
    'systemd init openrc-init runit runsvdir runsv s6-svscan s6-supervise supervisord kthreadd containerd containerd-shim containerd-shim-runc-v2 conmon dockerd podman crio tini dumb-init docker-init dbus-daemon dbus-broker systemd-executor',
  packages:
    'apt apt-get aptitude dpkg unattended-upgrade unattended-upgr rpm dnf dnf5 yum zypper apk pacman snapd packagekitd update-initramfs',
}

const kindOf = new Map<string, Boundary>(
  Object.entries(programs).flatMap(([kind, names]) =>
    names.split(' ').map((name): [string, Boundary] => [name, kind as Boundary]),
  ),
)

/** Where everybody, or the user, may put a program of any name. */
const writable = /^\/(?:tmp|var\/tmp|dev\/shm|home|root|run\/user|var\/www|srv)\//

export function isWritablePlace(path: string): boolean {
  return writable.test(path)
}

export interface Program {
  readonly pid: number
  readonly name: string
  readonly executable: string
  readonly args: readonly string[]
}

/** By the executable's path where it is known: the name alone is the process's own choice. */
export function boundaryOf(program: Program): Boundary | undefined {
  if (program.pid === 1) return 'manager'
  const { executable } = program
  if (executable === '') return undefined
  if (isWritablePlace(executable)) return undefined
  const name = baseName(executable)
  const kind = kindOf.get(name)
  if (kind !== undefined) return kind
  if (/^php-fpm[\d.]*$/.test(name)) return 'web'
  // PHP's own web server.
  if (/^php[\d.]*$/.test(name) && program.args[1] === '-S') return 'web'
  // dpkg and unattended-upgrades are started through interpreters too.
  const script = baseName(program.args[1] ?? '')
  if (
    /^python[\d.]*$/.test(name) &&
    (script === 'unattended-upgrade' || script === 'dnf' || script === 'yum')
  )
    return 'packages'
  return undefined
}

const shells = new Set(['sh', 'bash', 'dash', 'ash', 'zsh', 'ksh', 'mksh', 'fish', 'tcsh', 'csh', 'busybox'])

export function isShell(executable: string): boolean {
  return shells.has(baseName(executable))
}

const interpreters = /^(?:python|perl|php|ruby|node|lua|tclsh|wish|deno|bun|java)[\d.]*$/

/** Runs the file that its first argument names. */
export function isInterpreter(executable: string): boolean {
  const name = baseName(executable)
  return shells.has(name) || interpreters.test(name) || name === 'env' || name === 'run-parts'
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
