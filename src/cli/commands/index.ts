// The table of all commands, in the order in which help shows them. Each is loaded when it is needed: a
// command is added by one line here and its own file.

import type { Command } from '../command.ts'

export const commandTable: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import('./start.ts')).start,
  up: async () => (await import('./up.ts')).up,
  guard: async () => (await import('./guard.ts')).guard,
  events: async () => (await import('./events.ts')).events,
  ps: async () => (await import('./ps.ts')).ps,
  net: async () => (await import('./net.ts')).net,
  logins: async () => (await import('./logins.ts')).logins,
  history: async () => (await import('./history.ts')).history,
  services: async () => (await import('./services.ts')).services,
  suid: async () => (await import('./suid.ts')).suid,
  snapshot: async () => (await import('./snapshot.ts')).snapshot,
  diff: async () => (await import('./diff.ts')).diff,
  incidents: async () => (await import('./incidents.ts')).incidents,
  status: async () => (await import('./status.ts')).status,
  explain: async () => (await import('./explain.ts')).explain,
  scan: async () => (await import('./scan.ts')).scan,
  update: async () => (await import('./update.ts')).update,
  analyse: async () => (await import('./analyse.ts')).analyse,
  weblog: async () => (await import('./weblog.ts')).weblog,
  evtx: async () => (await import('./evtx.ts')).evtx,
  registry: async () => (await import('./registry.ts')).registry,
  agent: async () => (await import('./agent.ts')).agent,
  autoruns: async () => (await import('./autoruns.ts')).autoruns,
  pe: async () => (await import('./pe.ts')).pe,
  prefetch: async () => (await import('./prefetch.ts')).prefetch,
  lnk: async () => (await import('./lnk.ts')).lnk,
  mft: async () => (await import('./mft.ts')).mft,
  strings: async () => (await import('./strings.ts')).strings,
  collect: async () => (await import('./collect.ts')).collect,
  rules: async () => (await import('./rules.ts')).rules,
  quarantine: async () => (await import('./quarantine.ts')).quarantine,
  respond: async () => (await import('./respond.ts')).respond,
  metrics: async () => (await import('./metrics.ts')).metrics,
  doctor: async () => (await import('./doctor.ts')).doctor,
}

/** All of them, loaded: for help and the reference. */
export function allCommands(): Promise<readonly Command[]> {
  return Promise.all(Object.values(commandTable).map((load) => load()))
}
