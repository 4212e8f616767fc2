// The configuration of the responses, as they take it.

import type { Config } from './config.ts'

export interface ConfiguredResponses {
  /** Of responses.jsonl. */
  readonly directory: string
  readonly settings: {
    readonly quarantineDirectory: string
    readonly blockForMs: number
    readonly isolateForMs: number
    readonly managementAddresses: readonly string[]
    readonly managementPort: number
    readonly isolationAllow: readonly string[]
    readonly collection: Omit<Config['collect'], 'onFound'> & { readonly socket: string }
  }
  readonly policy: {
    readonly mode: 'dry-run' | 'act'
    readonly rules: Config['response']['policy']
    readonly maxPerHour: number
    readonly exemptAddresses: readonly string[]
    readonly exemptAccounts: readonly string[]
    readonly exemptPaths: readonly string[]
    readonly exemptUnits: readonly string[]
  }
}

export function responsesOf({ response, quarantine, collect, daemon }: Config): ConfiguredResponses {
  const { directory, mode, policy, maxActionsPerHour, ...rest } = response
  const { onFound: _, ...collection } = { ...collect, socket: daemon.socket }
  const { exemptAddresses, exemptAccounts, exemptPaths, exemptUnits, ...settings } = rest
  return {
    directory,
    settings: { ...settings, quarantineDirectory: quarantine.directory, collection },
    policy: {
      mode,
      rules: policy,
      maxPerHour: maxActionsPerHour,
      exemptAddresses,
      exemptAccounts,
      exemptPaths,
      exemptUnits,
    },
  }
}
