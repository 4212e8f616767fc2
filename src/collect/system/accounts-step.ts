// Step 9: accounts, groups, rights, keys, and what changed in them last.

import type { CollectStep } from '../step.ts'
import { accountChanges, accountRows, groupRows, rightRows } from './account-rows.ts'
import { Host } from './host.ts'
import type { Secrets } from './host-tree.ts'
import { sshKeyRows } from './key-rows.ts'
import { accountFiles, sshKeys } from './places.ts'
import { Taken } from './take.ts'

export function accountsStep(secrets: Secrets): CollectStep {
  return {
    id: 'accounts',
    title: 'Accounts, groups, rights, keys',
    profiles: ['quick', 'full'],
    maxMs: { quick: 8000, full: 5 * 60_000 },
    async *collect(context) {
      using host = new Host(context, secrets)
      yield { kind: 'rows', name: 'accounts', rows: accountRows(host) }
      yield { kind: 'rows', name: 'groups', rows: groupRows(host) }
      yield { kind: 'rows', name: 'rights', rows: rightRows(host) }
      yield { kind: 'rows', name: 'account-changes', rows: accountChanges(host) }
      yield { kind: 'rows', name: 'ssh-keys', rows: sshKeyRows(host) }
      yield* new Taken(host).all([...accountFiles, ...sshKeys])
    },
  }
}
