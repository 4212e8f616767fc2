import assert from 'node:assert/strict'
import { test } from 'node:test'

import { isPrivateKey, secretKindOf, withoutHashes } from './secrets.ts'

function redacted(text: string, kind: 'password-file' | 'old-passwords' = 'password-file'): string {
  return Buffer.from(withoutHashes(Buffer.from(text), kind)).toString('utf8')
}

test('hashes go, what is none stays, and everything else of the line', () => {
  assert.equal(
    redacted(
      'root:$y$j9T$salt$hash:19000:0:99999:7:::\ndaemon:*:19000::::::\nlocked:!$6$s$h:1::\nnone:!:1\nempty::1\n',
    ),
    'root:$y$[removed]:19000:0:99999:7:::\ndaemon:*:19000::::::\nlocked:!$6$[removed]:1::\nnone:!:1\nempty::1\n',
  )
  assert.equal(redacted('old:abJnggxhB/yWI:1'), 'old:[removed]:1')
})

test('each of several old passwords goes', () => {
  assert.equal(
    redacted('user:1000:2:$6$a$b,$6$c$d', 'old-passwords'),
    'user:1000:2:$6$[removed],$6$[removed]',
  )
})

test('copies and backups of the files count too, and others not', () => {
  for (const path of ['/etc/shadow', '/etc/shadow-', '/etc/gshadow.old', '/var/backups/shadow.bak'])
    assert.equal(secretKindOf(path), 'password-file', path)
  assert.equal(secretKindOf('/etc/security/opasswd'), 'old-passwords')
  assert.equal(secretKindOf('/home/a/.ssh/id_rsa'), 'key-folder')
  for (const path of ['/etc/passwd', '/etc/shadows', '/home/etc/shadow'])
    assert.equal(secretKindOf(path), undefined, path)
})

test('private keys are told by how they begin', () => {
  for (const head of [
    '-----BEGIN OPENSSH PRIVATE KEY-----',
    '-----BEGIN RSA PRIVATE KEY-----',
    '-----BEGIN PRIVATE KEY-----',
    '\n-----BEGIN ENCRYPTED PRIVATE KEY-----',
    'PuTTY-User-Key-File-3: ssh-ed25519',
    '\0\0\0\u0007ssh-rsa',
  ])
    assert.ok(isPrivateKey(Buffer.from(head)), head)
  for (const head of ['ssh-ed25519 AAAA', '-----BEGIN PUBLIC KEY-----', '', 'Host *'])
    assert.equal(isPrivateKey(Buffer.from(head)), false, head)
})
