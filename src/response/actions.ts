// All actions, by the names that incidents suggest them with.

import type { ResponseAction } from '../model/index.ts'
import type { Action } from './action.ts'
import { blockAddress } from './block-address/block-address.ts'
import { collectEvidence } from './collect/collect.ts'
import { disableAccount } from './disable-account/disable-account.ts'
import { isolateHost } from './isolate-host/isolate-host.ts'
import { killTree } from './kill-tree/kill-tree.ts'
import { quarantineFile } from './quarantine-file.ts'

export const actions: Readonly<Record<ResponseAction, Action>> = {
  collect: collectEvidence,
  'kill-tree': killTree,
  quarantine: quarantineFile,
  'block-address': blockAddress,
  'isolate-host': isolateHost,
  'disable-account': disableAccount,
}
