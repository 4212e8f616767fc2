// Mailboxes without bad parts, as Python's own library reads them, and byte for byte.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'

import { Curer } from '../../../../test/support/cured.ts'
import { eicar } from '../../../../test/support/samples.ts'
import { withScratch } from '../../../../test/support/scratch.ts'

const from = (day: number): string => `From a@example.org Mon Jan ${day} 10:00:00 2024\n`
const simple = (subject: string, body: string): string =>
  `From: a@example.org\nSubject: ${subject}\nMessage-ID: <${subject}@x>\n\n${body}\n`
const withAttachment = [
  'From: b@example.org',
  'Message-ID: <bad@x>',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary=edge',
  '',
  '--edge',
  '',
  'From here on:',
  '>From the start',
  '>>From the quoted start',
  'text.',
  '--edge',
  'Content-Type: application/octet-stream; name=bad.com',
  '',
  eicar,
  '--edge--',
  '',
].join('\n')

test('one message changes; all others, every From_ line and the quoting stay byte for byte', (t) => {
  const parts = [
    from(1),
    simple('one', '>From quoted'),
    '\n',
    from(2),
    withAttachment,
    '\n',
    from(3),
    simple('three', 'From a sentence'),
  ]
  const scratch = withScratch(t)
  const curer = new Curer(scratch)
  const { changes, after } = curer.cure(Buffer.from(parts.join('')))
  assert.deepEqual(changes, ['removed message-2 → bad.com', 'rebuilt message-2'])
  const notice =
    'Content-Type: text/plain; charset=us-ascii\nContent-Transfer-Encoding: 7bit\n' +
    'Content-Disposition: inline\n\nremoved by Haechi: bad.com'
  const expected = parts
    .join('')
    .replace(`Content-Type: application/octet-stream; name=bad.com\n\n${eicar}`, notice)
  assert.equal(after.toString(), expected)
  assert.equal(curer.scan(after).status, 'clean')
  const path = scratch.at('box')
  const code =
    'import mailbox,sys\nprint([(m["message-id"], m.get_from()) for m in mailbox.mbox(sys.argv[1])])'
  const [was, is] = [Buffer.from(parts.join('')), after].map((bytes) => {
    writeFileSync(path, bytes)
    return execFileSync('python3', ['-c', code, path], { encoding: 'utf8' })
  })
  assert.equal(is, was)
})

const piece = `From: a@b\nMessage-ID: <piece@x>\nContent-Type: message/partial; id=x; number=1\n\n${eicar}\n`

test('a message that cannot be rebuilt goes with its From_ line', (t) => {
  const whole = [from(1), simple('one', 'text'), from(2), piece, from(3), simple('three', 'x')]
  const { changes, after } = new Curer(withScratch(t)).cure(Buffer.from(whole.join('')))
  assert.deepEqual(changes, ['removed message-2'])
  assert.equal(after.toString(), [...whole.slice(0, 2), ...whole.slice(4)].join(''))
})

test('a mailbox of which nothing would remain is refused', (t) => {
  const { outcome } = new Curer(withScratch(t)).cure(Buffer.from(from(1) + piece))
  assert.deepEqual(outcome, { kind: 'refused', message: 'nothing of the mailbox would remain' })
})
