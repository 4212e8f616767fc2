// Lines of logs as the services of Sigma's taxonomy (`sshd`, `auth`, `cron`, `syslog`, `apache` …). Rules look for
// keywords in them.

import type { EventChoice, Mapping } from './mapping.ts'

const programs = 'log.syslog.appname'
const kind = 'hx.log.kind'

/** Services by the program that writes, as syslog names it. */
const servicePrograms: Readonly<Record<string, readonly string[]>> = {
  sshd: ['sshd', 'sshd-session', 'sshd-auth'],
  sudo: ['sudo'],
  cron: ['cron', 'CRON', 'crond', 'crontab', 'anacron', 'cronie'],
  vsftpd: ['vsftpd'],
  guacamole: ['guacd', 'guacamole'],
  clamav: ['clamd', 'freshclam', 'clamav', 'clamonacc'],
  auth: [
    'sshd',
    'sshd-session',
    'sudo',
    'su',
    'login',
    'systemd-logind',
    'useradd',
    'usermod',
    'groupadd',
    'passwd',
  ],
}

function log(service: string, events: readonly EventChoice[], product = 'linux'): Mapping {
  return {
    id: `log ${service}`,
    product,
    services: [service],
    serviceOnly: true,
    events,
    fields: {},
    keywords: ['message'],
  }
}

const line = (path: string, values: readonly string[]): EventChoice => ({
  dataset: 'hx.log',
  is: { 'event.action': ['line'], [path]: values },
})

const sudo: Mapping = {
  id: 'login sudo',
  product: 'linux',
  services: ['sudo', 'auth'],
  serviceOnly: true,
  events: [{ dataset: 'hx.login', is: { 'event.action': ['sudo'] } }],
  fields: {
    USER: { first: ['user.effective.name', 'user.effective.id'] },
    COMMAND: 'hx.login.command',
    PWD: 'hx.login.directory',
    TTY: 'hx.login.tty',
  },
  keywords: ['hx.login.command'],
}

export const logMappings: readonly Mapping[] = [
  // Every line, for rules that name a product only.
  {
    id: 'log',
    product: 'linux',
    events: [{ dataset: 'hx.log', is: { 'event.action': ['line'] } }],
    fields: {},
    keywords: ['message'],
  },
  ...Object.entries(servicePrograms).map(([service, names]) => log(service, [line(programs, names)])),
  log('vsftpd', [line(kind, ['ftp'])]),
  log('syslog', [
    line(kind, ['syslog', 'mail']),
    { dataset: 'hx.log', is: { 'event.provider': ['journal'] } },
  ]),
  log('apache', [line(kind, ['apache-access', 'apache-error'])], ''),
  log('nginx', [line(kind, ['nginx-access', 'nginx-error'])], ''),
  sudo,
  {
    id: 'log database',
    product: '',
    category: 'database',
    events: [line(kind, ['mysql-error', 'postgresql', 'mongodb'])],
    fields: {},
    keywords: ['message'],
  },
]
