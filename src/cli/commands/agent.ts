// haechi agent: the guardian's eyes on a running Windows.

import { agentOptions } from '../agent/options.ts'
import { usage } from '../args.ts'
import { type Command, defineCommand } from '../command.ts'

export const agent: Command<typeof agentOptions> = defineCommand({
  name: 'agent',
  summary: 'Watch a running Windows: processes, logons, signatures, new files',
  usage: ['[OPTION]...', '[OPTION]... inventory', '[--json] check'],
  description: [
    'Runs on Windows, as administrator. Follows the Security log and, where it is, Sysmon’s: every event is told as one JSON object a ' +
      'line, in the names that haechi uses everywhere. Started processes (event 4688) get what Sysmon would tell: version information, ' +
      'digests and import hash of the program, working directory, command line of the parent; rules for process creation run on them ' +
      '(--sigma). Signatures are verified by haechi against the roots of this host and by Windows; where the two differ, the event says so.',
    'Numbers of events that are missing in a channel are told as a loss. While no event 4688 comes, processes are polled twice a ' +
      'second, which misses short ones: `haechi agent check` says what is switched off, and the command that switches it on.',
    '--scan observes folders: a file that appears or changes is scanned when it has come to rest. Nothing is stopped: that takes a ' +
      'file system driver signed by Microsoft. When more changes than the system can tell, the whole folder is looked through.',
    'inventory tells what is there now: processes, services, everything that starts by itself, sockets with their processes.',
  ],
  operands: { least: 0, most: 1 },
  options: agentOptions,
  examples: [
    { command: 'haechi agent check', about: 'Whether everything can be seen, and how to make it so.' },
    {
      command: 'haechi agent --sigma rules --scan C:\\Users --state agent.json -o events.jsonl',
      about: 'Watch, judge and write down; go on after a restart where it ended.',
    },
    {
      command: 'haechi agent inventory | jq -c \'select(.hx.signature.status == "invalid")\'',
      about: 'Programs that run or start by themselves with a signature that does not hold.',
    },
  ],
  exits: {
    0: 'ended without an alert; check: everything is as it should be',
    1: 'there were alerts',
    2: 'it cannot run here; check: something is missing',
  },
  async run({ options, operands, terminal }) {
    const [what] = operands
    if (what === 'check') {
      const { runCheck } = await import('../agent/check.ts')
      return runCheck(options, terminal)
    }
    const { runAgent, runInventory } = await import('../agent/run.ts')
    if (what === 'inventory') return runInventory(options, terminal)
    if (what !== undefined) throw usage(agent, `haechi agent does not know ${what}: it is inventory or check`)
    return runAgent(options, terminal)
  },
})
