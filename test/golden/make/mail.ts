// Golden samples of mail: eml and mbox made by Python's email and mailbox packages and by openssl, the tricks by hand;
// TNEF, iCalendar and vCard by their specifications.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type GoldenSample, payload, writeGoldenSamples } from '../../support/golden.ts'
import { eicar } from '../../support/samples.ts'
import { tnefAttribute, tnefOf, tnefProperties } from '../../support/tnef-writer.ts'

const byHand = 'by hand from RFC 5322 and RFC 2045 to 2047'
const python = 'email of Python 3.11'
const base64 = Buffer.from(eicar).toString('base64')

function lines(...texts: readonly string[]): Buffer {
  return Buffer.from(texts.join('\r\n'), 'latin1')
}

const head = ['From: a@example.com', 'To: b@example.com', 'Subject: a test', 'MIME-Version: 1.0']

/** What a script writes to its standard output; it has `eicar` and `payload`. */
function fromPython(script: string): Buffer {
  const before = `import sys, email, email.policy\nfrom email.message import EmailMessage\neicar = ${JSON.stringify(eicar)}\npayload = ${JSON.stringify(payload)}\n`
  return execFileSync('python3', ['-c', before + script])
}

const pythonMail = `
message = EmailMessage()
message['From'] = 'a@example.com'
message['To'] = 'b@example.com'
message['Subject'] = 'a test'
message.set_content('the text ' + payload)
message.add_alternative('<html><body>the text</body></html>', subtype='html')
`

function pythonSamples(): GoldenSample[] {
  const attachments = fromPython(`${pythonMail}
message.add_attachment(eicar.encode(), maintype='application', subtype='octet-stream', filename='eicar.com')
message.add_attachment(eicar.encode(), maintype='application', subtype='octet-stream', filename='파일.com')
message.set_boundary('outer')
sys.stdout.buffer.write(message.as_bytes(policy=email.policy.SMTP))`)
  const quoted = fromPython(`${pythonMail}
message.add_attachment(eicar, subtype='plain', filename='eicar.txt', cte='quoted-printable')
message.set_boundary('outer')
sys.stdout.buffer.write(message.as_bytes())`)
  const nested = fromPython(`
inner = EmailMessage()
inner['From'] = 'c@example.com'
inner['Subject'] = 'inner'
inner.set_content('text')
inner.add_attachment(eicar.encode(), maintype='application', subtype='octet-stream', filename='eicar.com')
inner.set_boundary('inner')
${pythonMail}
message.add_attachment(inner)
message.set_boundary('outer')
sys.stdout.buffer.write(message.as_bytes())`)
  const made = `${python}: EmailMessage.add_attachment`
  return [
    {
      title: 'an attachment in base64, and one with a Korean name (RFC 2231)',
      made,
      covers: ['eml'],
      finds: ['part-1.txt', 'eicar.com', '파일.com'],
      bytes: attachments,
    },
    {
      title: 'an attachment in quoted-printable',
      made,
      covers: ['eml'],
      finds: ['eicar.txt'],
      bytes: quoted,
    },
    {
      title: 'a message in a message',
      made,
      covers: ['eml'],
      finds: ['part-3.eml → eicar.com'],
      bytes: nested,
    },
    {
      title: 'an ordinary message',
      made,
      covers: [],
      finds: [],
      bytes: fromPython(`${pythonMail.replace(' + payload', '')}
message.set_boundary('outer')
sys.stdout.buffer.write(message.as_bytes())`),
    },
  ]
}

function part(name: string, ...rest: readonly string[]): string[] {
  return ['--b', `Content-Type: application/octet-stream; name="${name}"`, ...rest]
}

const encoded = ['Content-Transfer-Encoding: base64', '', base64]
const multipart = 'Content-Type: multipart/mixed; boundary="b"'

function trickSamples(): GoldenSample[] {
  const sample = (
    title: string,
    finds: readonly string[],
    bytes: Buffer,
    reasons?: readonly string[],
  ): GoldenSample => ({
    title,
    made: byHand,
    covers: ['eml'],
    finds,
    ...(reasons === undefined ? {} : { reasons }),
    bytes,
  })
  const uu = execFileSync('uuencode', ['eicar.com'], { input: eicar }).toString()
  const broken = base64.replaceAll(/(.{10})/g, '$1!\r\n *')
  return [
    sample(
      'no final boundary, a boundary without quotes and with spaces behind it',
      ['a.com', 'b.com'],
      lines(
        ...head,
        'Content-Type: multipart/mixed; boundary=b',
        '',
        ...part('a.com', ...encoded),
        '--b  ',
        ...part('b.com', ...encoded).slice(1),
      ),
    ),
    sample(
      'two Content-Type fields that contradict each other',
      ['a.com'],
      lines(...head, 'Content-Type: text/plain', multipart, '', ...part('a.com', ...encoded), '--b--'),
    ),
    sample(
      'a boundary that no field names',
      ['a.com'],
      lines(...head, 'Content-Type: multipart/mixed', '', ...part('a.com', ...encoded), '--b--'),
    ),
    sample(
      'a comment in the type, a parameter in pieces',
      ['eicar.com'],
      lines(
        ...head,
        'Content-Type: multipart/mixed (x; boundary=no);',
        ' boundary*0="b',
        ' "; boundary*1=""',
        '',
        '--b',
        'Content-Type: application/x-y; name*0="eic"; name*1*=ar%2Ecom',
        ...encoded,
        '--b--',
      ),
    ),
    sample(
      'base64 with foreign characters, without padding, and with padding in the middle',
      ['a.com', 'b.com', 'c.com'],
      lines(
        ...head,
        multipart,
        '',
        ...part('a.com', 'Content-Transfer-Encoding: base64', '', broken),
        ...part('b.com', 'Content-Transfer-Encoding: "BASE64" (yes)', '', base64.replace(/=+$/, '')),
        ...part(
          'c.com',
          'Content-Transfer-Encoding: base64',
          '',
          Buffer.from(eicar.slice(0, 10)).toString('base64'),
          Buffer.from(eicar.slice(10)).toString('base64'),
        ),
        '--b--',
      ),
    ),
    sample(
      'base64 that is none',
      ['a.com'],
      lines(
        ...head,
        multipart,
        '',
        ...part('a.com', 'Content-Transfer-Encoding: base64', '', eicar),
        '--b--',
      ),
    ),
    sample(
      'base64 that nobody declares',
      ['a.com → base64'],
      lines(...head, multipart, '', ...part('a.com', '', base64), '--b--'),
    ),
    sample(
      'two transfer encodings',
      ['a.com'],
      lines(...head, multipart, '', ...part('a.com', 'Content-Transfer-Encoding: 7bit', ...encoded), '--b--'),
    ),
    sample(
      'line ends of CR alone',
      ['a.com'],
      Buffer.from(
        lines(...head, multipart, '', ...part('a.com', ...encoded), '--b--')
          .toString()
          .replaceAll('\r\n', '\r'),
      ),
    ),
    sample(
      'line ends of LF alone, empty lines before the header',
      ['a.com'],
      Buffer.from(
        `\n\n${lines(...head, multipart, '', ...part('a.com', ...encoded), '--b--')
          .toString()
          .replaceAll('\r\n', '\n')}`,
      ),
    ),
    sample(
      'content before the first and behind the last part',
      ['preamble', 'epilogue'],
      lines(...head, multipart, '', eicar, ...part('x', '', 'text'), '--b--', eicar),
    ),
    sample(
      'a part behind the closing delimiter',
      ['a.com'],
      lines(...head, multipart, '', ...part('x', '', 'text'), '--b--', ...part('a.com', ...encoded), '--b--'),
    ),
    sample(
      'uuencode as the transfer encoding',
      ['a.com → eicar.com'],
      lines(
        ...head,
        multipart,
        '',
        ...part('a.com', 'Content-Transfer-Encoding: x-uuencode', '', uu),
        '--b--',
      ),
    ),
    sample(
      'names in encoded words',
      ['eicär.com'],
      lines(
        ...head,
        multipart,
        '',
        '--b',
        'Content-Disposition: attachment; filename="=?utf-8?B?ZWljw6Ry?= =?iso-8859-1?Q?=2Ecom?="',
        ...encoded,
        '--b--',
      ),
    ),
    sample(
      'text in UTF-7',
      ['part-1.txt'],
      lines(...head, 'Content-Type: text/plain; charset=utf-7', '', payload.replaceAll('-', '+AC0-')),
    ),
    sample(
      'one of several pieces',
      ['part-1'],
      lines(...head, 'Content-Type: message/partial; id="x"; number=2; total=3', '', 'From: x', payload),
      ['missing-volume part-1'],
    ),
    sample(
      'a message encrypted with PGP',
      [],
      lines(
        ...head,
        'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b',
        '',
        '--b',
        'Content-Type: application/pgp-encrypted',
        '',
        'Version: 1',
        ...part('encrypted.asc', '', '-----BEGIN PGP MESSAGE-----', '', 'hQEMA', '-----END PGP MESSAGE-----'),
        '--b--',
      ),
      ['encrypted encrypted.asc'],
    ),
  ]
}

function smimeSamples(): GoldenSample[] {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-mail-'))
  try {
    const run = (...args: readonly string[]): Buffer =>
      execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] })
    run(
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      'key',
      '-out',
      'cert',
      '-subj',
      '/CN=x',
    )
    const rsa = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'rsakey',
      '-out',
      'rsacert',
      '-subj',
      '/CN=x',
    ]
    run(...rsa)
    writeFileSync(join(folder, 'body'), lines(multipart, '', ...part('eicar.com', ...encoded), '--b--', ''))
    const fields = ['-from', 'a@example.com', '-to', 'b@example.com', '-subject', 'signed']
    const signed = run(
      'cms',
      '-sign',
      '-nodetach',
      '-in',
      'body',
      '-signer',
      'cert',
      '-inkey',
      'key',
      ...fields,
    )
    const streamed = run(
      'cms',
      '-sign',
      '-nodetach',
      '-stream',
      '-in',
      'body',
      '-signer',
      'cert',
      '-inkey',
      'key',
      ...fields,
    )
    const detached = run('cms', '-sign', '-in', 'body', '-signer', 'cert', '-inkey', 'key', ...fields)
    const sealed = run('cms', '-encrypt', '-aes256', '-in', 'body', ...fields, 'rsacert')
    const made = 'openssl cms 3'
    return [
      { title: 'S/MIME, signed as a whole', made, covers: ['eml'], finds: ['eicar.com'], bytes: signed },
      {
        title: 'S/MIME, signed as a whole, with indefinite lengths',
        made,
        covers: ['eml'],
        finds: ['eicar.com'],
        bytes: streamed,
      },
      { title: 'S/MIME, signed beside', made, covers: ['eml'], finds: ['eicar.com'], bytes: detached },
      {
        title: 'S/MIME, encrypted',
        made,
        covers: ['eml'],
        finds: [],
        reasons: ['encrypted smime.p7m'],
        bytes: sealed,
      },
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function mhtmlSamples(): GoldenSample[] {
  const page = (text: string): string[] => [
    '--b',
    'Content-Location: file:///C:/page.htm',
    'Content-Transfer-Encoding: quoted-printable',
    'Content-Type: text/html; charset="us-ascii"',
    '',
    `<html><script type=3D"text/javascript">var a =3D "${text}";</script></html>`,
  ]
  const archive = [
    'MIME-Version: 1.0',
    'Content-Type: multipart/related; boundary="b"',
    '',
    ...page(payload),
    '--b',
    'Content-Location: file:///C:/files/editdata.mso',
    ...encoded,
    '--b--',
  ]
  return [
    {
      title: 'a web archive',
      made: byHand,
      covers: ['mhtml'],
      finds: ['page.htm → script-1', 'editdata.mso'],
      bytes: lines(...archive),
    },
    {
      title: 'a web archive behind garbage, as Word opens it',
      made: byHand,
      covers: ['mhtml'],
      finds: ['editdata.mso'],
      bytes: lines('garbage ; here', 'more', '', ...archive),
    },
    {
      title: 'an ordinary web archive with a byte order mark',
      made: byHand,
      covers: [],
      finds: [],
      bytes: Buffer.concat([Buffer.from('\ufeff'), lines(...archive.slice(0, 3), ...page('text'), '--b--')]),
    },
  ]
}

function mboxSamples(): GoldenSample[] {
  const made = `mailbox.mbox of Python 3.11`
  const box = fromPython(`
import mailbox, tempfile, os
folder = tempfile.mkdtemp()
path = os.path.join(folder, 'box')
box = mailbox.mbox(path)
for name in ['one.com', 'two.com']:
    message = EmailMessage()
    message['From'] = 'a@example.com'
    message['Subject'] = name
    message.set_content('From the beginning\\n\\nFrom here on: text\\n')
    message.add_attachment(eicar.encode(), maintype='application', subtype='octet-stream', filename=name)
    message.set_boundary('b')
    stored = mailbox.mboxMessage(message)
    stored.set_from('a@example.com', (2024, 1, 2, 3, 4, 5, 1, 2, 0))
    box.add(stored)
box.flush()
sys.stdout.buffer.write(open(path, 'rb').read())`)
  const quoted = Buffer.from(
    `From a@example.com Tue Jan  2 03:04:05 2024\nFrom: a@example.com\nSubject: x\n\n>From x\n>>From y\n${payload}\n`,
  )
  return [
    {
      title: 'two messages with quoted lines',
      made,
      covers: ['mbox'],
      finds: ['message-1 → one.com', 'message-2 → two.com'],
      bytes: box,
    },
    {
      title: 'mboxrd quoting',
      made: 'by hand from RFC 4155',
      covers: ['mbox'],
      finds: ['message-1 → part-1.txt'],
      bytes: quoted,
    },
    {
      title: 'an ordinary mailbox',
      made: 'by hand from RFC 4155',
      covers: [],
      finds: [],
      bytes: Buffer.from(quoted.toString().replace(payload, 'text')),
    },
  ]
}

function tnefSamples(): GoldenSample[] {
  const message = '0703020000000000c000000000000046'
  const inner = tnefOf([
    tnefAttribute(2, 0x69002, Buffer.alloc(14)),
    tnefAttribute(2, 0x6800f, Buffer.from(eicar)),
    tnefAttribute(2, 0x18010, Buffer.from('in.com\0')),
  ])
  const rtf = Buffer.concat([Buffer.from('{\\rtf1 '), Buffer.from(`${payload}}`)])
  const stored = Buffer.concat([Buffer.alloc(16), rtf])
  stored.writeUInt32LE(rtf.length + 12, 0)
  stored.writeUInt32LE(rtf.length, 4)
  stored.writeUInt32LE(0x414c454d, 8)
  const whole = tnefOf([
    tnefAttribute(1, 0x2800c, Buffer.from(`a body ${payload}\0`)),
    tnefAttribute(
      1,
      0x69003,
      tnefProperties([
        { id: 0x1009, type: 0x102, value: stored },
        { id: 0x1013, type: 0x102, value: Buffer.from(`<html>${payload}</html>`) },
      ]),
    ),
    tnefAttribute(2, 0x69002, Buffer.alloc(14)),
    tnefAttribute(2, 0x6800f, Buffer.from(eicar)),
    tnefAttribute(2, 0x18010, Buffer.from('EICAR~1.COM\0')),
    tnefAttribute(
      2,
      0x69005,
      tnefProperties([{ id: 0x3707, type: 0x1f, value: Buffer.from('eicar 파일.com\0', 'utf16le') }]),
    ),
    tnefAttribute(2, 0x69002, Buffer.alloc(14)),
    tnefAttribute(2, 0x18010, Buffer.from('inner message\0')),
    tnefAttribute(
      2,
      0x69005,
      tnefProperties([
        { id: 0x3701, type: 0x0d, value: Buffer.concat([Buffer.from(message, 'hex'), inner]) },
      ]),
    ),
  ])
  const made = 'by hand from [MS-OXTNEF]'
  return [
    {
      title: 'bodies, an attachment and a message in it',
      made,
      covers: ['tnef'],
      finds: ['body.txt', 'body.rtf', 'body.html', 'eicar 파일.com', 'inner message → in.com'],
      bytes: whole,
    },
    {
      title: 'cut off in an attachment',
      made,
      covers: [],
      finds: [],
      reasons: ['damaged attribute'],
      bytes: inner.subarray(0, 60),
    },
    {
      title: 'an ordinary one',
      made,
      covers: [],
      finds: [],
      bytes: tnefOf([tnefAttribute(1, 0x2800c, Buffer.from('a body\0'))]),
    },
  ]
}

function vobjectSamples(): GoldenSample[] {
  const fold = (line: string): string => line.replaceAll(/(.{60})/g, '$1\r\n ')
  const calendar = (...inner: readonly string[]): Buffer =>
    lines('BEGIN:VCALENDAR', 'VERSION:2.0', 'BEGIN:VEVENT', ...inner, 'END:VEVENT', 'END:VCALENDAR', '')
  const made = 'by hand from RFC 5545 and RFC 6350'
  return [
    {
      title: 'iCalendar with attachments in base64 and as a data: URI',
      made,
      covers: ['ics'],
      finds: ['eicar.com', 'ATTACH-5', 'X-ALT-DESC-6'],
      bytes: calendar(
        fold(`ATTACH;FILENAME=eicar.com;ENCODING=BASE64;VALUE=BINARY:${base64}`),
        fold(`ATTACH:data:application/octet-stream;base64,${base64}`),
        fold(`X-ALT-DESC;FMTTYPE=text/html:<html>\\n${payload}</html>`),
      ),
    },
    {
      title: 'vCard 3 with a key in base64, folded',
      made,
      covers: ['vcf'],
      finds: ['KEY-3'],
      bytes: lines('BEGIN:VCARD', 'VERSION:3.0', fold(`KEY;ENCODING=b:${base64}`), 'FN:x', 'END:VCARD', ''),
    },
    {
      title: 'vCard 2.1 with base64 that is not folded and quoted-printable',
      made,
      covers: ['vcf'],
      finds: ['PHOTO-3', 'NOTE-4'],
      bytes: lines(
        'BEGIN:VCARD',
        'VERSION:2.1',
        'PHOTO;BASE64;TYPE=JPEG:',
        base64.slice(0, 72),
        base64.slice(72),
        '',
        `NOTE;QUOTED-PRINTABLE:${eicar.slice(0, 30)}=`,
        eicar.slice(30),
        'END:VCARD',
        '',
      ),
    },
    {
      title: 'an ordinary calendar',
      made,
      covers: [],
      finds: [],
      bytes: calendar('SUMMARY:x', 'DESCRIPTION:a text'),
    },
  ]
}

writeGoldenSamples('eml', [...pythonSamples(), ...trickSamples(), ...smimeSamples(), ...mhtmlSamples()])
writeGoldenSamples('mbox', mboxSamples())
writeGoldenSamples('tnef', tnefSamples())
writeGoldenSamples('vobject', vobjectSamples())
