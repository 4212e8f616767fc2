// Mail without its bad parts, as Python's own library reads it, and byte for byte.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { test, type TestContext } from 'node:test'

import { Curer } from '../../../../test/support/cured.ts'
import { eicar } from '../../../../test/support/samples.ts'
import { withScratch } from '../../../../test/support/scratch.ts'
import { zipOf } from '../../../../test/support/zip-writer.ts'

const digits = (bytes: Uint8Array | string, eol = '\r\n'): string =>
  (
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,76}/g) ?? []
  ).join(eol)

const mixed = (parts: readonly string[], eol = '\r\n'): string =>
  [
    'Received: from a by b; Mon, 1 Jan 2024 00:00:00 +0000',
    'From: "A" <a@example.org>',
    'Subject: =?utf-8?B?7YyM7J28?=',
    'X-Folded: one',
    '\ttwo',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed;',
    ' boundary="=_edge"',
    '',
    'the preamble',
    ...parts.flatMap((part) => ['--=_edge', part]),
    '--=_edge--',
    'the epilogue',
    '',
  ].join(eol)

const text =
  'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nhello =C3=A9'
const bad = [
  'Content-Description: the bill',
  'Content-Type: application/octet-stream;',
  '\tname="bill.com"',
  'Content-Transfer-Encoding: base64',
  'Content-Disposition: attachment;',
  ' filename="bill.com"',
  'Content-ID: <one@example.org>',
  '',
  digits(eicar),
].join('\r\n')

function attached(name: string, bytes: Uint8Array): string {
  const fields = [
    `Content-Type: application/zip; name="${name}"`,
    'content-transfer-encoding: BASE64',
    'X-Own: stays',
  ]
  return `${fields.join('\r\n')}\r\n\r\n${digits(bytes)}`
}

const listing = `
import email, email.policy, hashlib, sys
def show(message, depth):
    for part in message.walk() if depth == 0 else [message]:
        if part.is_multipart(): continue
        payload = part.get_payload(decode=True)
        print(part.get_content_type(), part.get_filename(), hashlib.sha256(payload).hexdigest()[:16], sep='|')
message = email.message_from_binary_file(open(sys.argv[1], 'rb'), policy=email.policy.default)
for name, value in message.items(): print(name, value, sep='=')
show(message, 0)
print(message.preamble, message.epilogue, [type(d).__name__ for d in message.defects])`

function listed(t: TestContext, bytes: Uint8Array): string[] {
  const path = withScratch(t).at('mail')
  writeFileSync(path, bytes)
  return execFileSync('python3', ['-c', listing, path], { encoding: 'utf8' }).split('\n')
}

test('a bad attachment becomes a line of text; headers, order and other parts stay byte for byte', (t) => {
  const before = mixed([text, bad, attached('kept.zip', zipOf([{ name: 'a', data: 'a' }]))])
  const curer = new Curer(withScratch(t))
  const { changes, after } = curer.cure(Buffer.from(before))
  assert.deepEqual(changes, ['removed bill.com'])
  const notice = [
    'Content-Description: the bill',
    'Content-Type: text/plain; charset=us-ascii',
    'Content-Transfer-Encoding: 7bit',
    'Content-Disposition: inline',
    'Content-ID: <one@example.org>',
    '',
    'removed by Haechi: bill.com',
  ].join('\r\n')
  assert.equal(after.toString(), before.replace(bad, notice))
  assert.equal(curer.scan(after).status, 'clean')
  const was = listed(t, Buffer.from(before))
  const is = listed(t, after)
  const changed = is.flatMap((line, at) => (line === was[at] ? [] : [line.replace(/\|[0-9a-f]{16}$/, '')]))
  assert.deepEqual([changed, is.length], [['text/plain|None'], was.length])
})

test('an archive is rebuilt and goes back in base64 with its own fields', (t) => {
  const archive = zipOf([
    { name: 'good.txt', data: 'good '.repeat(40) },
    { name: 'bad.com', data: eicar },
  ])
  const before = mixed([text, attached('both.zip', archive)])
  const { changes, after } = new Curer(withScratch(t)).cure(Buffer.from(before))
  assert.deepEqual(changes, ['removed both.zip → bad.com', 'rebuilt both.zip'])
  const at = before.indexOf(digits(archive))
  assert.equal(after.toString().slice(0, at), before.slice(0, at))
  const [body = ''] = after.toString().slice(at).split('\r\n--=_edge')
  assert.ok(body.split('\r\n').every((line) => line.length <= 76))
  assert.ok(Buffer.from(body, 'base64').includes('good.txt'))
  assert.ok(after.toString().endsWith(before.slice(at + digits(archive).length)))
})

test('an archive that was not in base64 says so afterwards', (t) => {
  const members = [
    { name: 'good.txt', data: 'good', method: 0 },
    { name: 'bad.com', data: eicar, method: 0 },
  ] as const
  const archive = Buffer.from(zipOf(members)).toString('latin1')
  const part = `Content-Type: application/zip; name=a.zip\nContent-Transfer-Encoding: binary\n\n${archive}`
  const before = Buffer.from(mixed(['\nplain', part], '\n'), 'latin1')
  const { changes, after } = new Curer(withScratch(t)).cure(before)
  assert.deepEqual(changes, ['removed a.zip → bad.com', 'rebuilt a.zip'])
  assert.match(
    after.toString(),
    /Content-Type: application\/zip; name=a\.zip\nContent-Transfer-Encoding: base64\n\nUEsD[^\r]*$/,
  )
})

test('a message in a message loses its part and stays as it is otherwise', (t) => {
  const inner = mixed([text, bad])
  const wrapped = (mail: string): string =>
    mixed([`Content-Type: message/rfc822\r\n\r\n${mail.replaceAll('=_edge', 'inner')}`])
  const { changes, after } = new Curer(withScratch(t)).cure(Buffer.from(wrapped(inner)))
  assert.deepEqual(changes, ['removed part-2.eml → bill.com', 'rebuilt part-2.eml'])
  assert.match(after.toString(), /--inner\r\nContent-Description: the bill\r\nContent-Type: text\/plain/)
  assert.equal(after.toString().split('--inner')[0], wrapped(inner).split('--inner')[0])
})

test('a message that nothing but its place makes one is edited in its place', (t) => {
  const inner = `X-A: 1\r\nContent-Transfer-Encoding: base64\r\n\r\n${digits(eicar)}\r\n`
  const before = mixed([`Content-Type: message/rfc822\r\n\r\n${inner}`])
  const { changes, after } = new Curer(withScratch(t)).cure(Buffer.from(before))
  assert.deepEqual(changes, ['removed part-3.txt'])
  assert.match(
    after.toString(),
    /X-A: 1\r\nContent-Type: text\/plain[^]*removed by Haechi: part-3\.txt\r\n\r\n--=_edge--/,
  )
})

test('a mail that is nothing but a bad body keeps its header', (t) => {
  const head = 'From: a@example.org\nTo: b@example.org\nContent-Transfer-Encoding: base64\n'
  const { after } = new Curer(withScratch(t)).cure(Buffer.from(`${head}\n${digits(eicar)}\n`))
  const added =
    'Content-Type: text/plain; charset=us-ascii\nContent-Transfer-Encoding: 7bit\nContent-Disposition: inline\n'
  assert.equal(
    after.toString(),
    `From: a@example.org\nTo: b@example.org\n${added}\nremoved by Haechi: part-1.txt\n`,
  )
})

test('a name cannot add a line, and one that is not ASCII is told in UTF-8', (t) => {
  const name = '=?utf-8?B?7YyMDQotLT1fZWRnZS0tLmNvbQ==?='
  const part = `Content-Type: a/b; name="${name}"\r\n\r\n${eicar}`
  const { after } = new Curer(withScratch(t)).cure(Buffer.from(mixed([part, text])))
  assert.match(after.toString(), /charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n/)
  assert.match(after.toString(), /\r\n\r\nremoved by Haechi: 파 {2}--=_edge--\.com\r\n--=_edge\r\n/)
})

test('a header of a hundred thousand lines, and one line of a megabyte, take linear time', (t) => {
  const curer = new Curer(withScratch(t))
  const started = performance.now()
  for (const filler of ['X: y\r\n'.repeat(100_000), `Content-Type: a/b; name="${'x'.repeat(1 << 20)}"\r\n`]) {
    const mail = `From: a\r\nTo: b\r\nMIME-Version: 1.0\r\n${filler}\r\n${eicar}`
    const { outcome, after } = curer.cure(Buffer.from(mail))
    assert.equal(outcome.kind, 'rebuilt')
    assert.ok(!after.includes(eicar))
  }
  assert.ok(performance.now() - started < 3000)
})
