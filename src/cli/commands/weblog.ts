// haechi weblog: attacks in the logs of web servers, those of the past too.

import { usage } from '../args.ts'
import { type Command, defineCommand } from '../command.ts'
import { weblogOptions } from '../weblog/options.ts'

export const weblog: Command<typeof weblogOptions> = defineCommand({
  name: 'weblog',
  summary: 'Find attacks in the logs of web servers',
  usage: ['[OPTION]... FILE...'],
  description: [
    'Reads access logs of Apache (common, combined, vhost, and with --format any LogFormat), nginx (combined, JSON, any log_format), ' +
      'IIS, HAProxy, Caddy and Traefik, and error logs of Apache and nginx; finds out the format by itself. Files compressed by ' +
      'gzip, zstd, xz or bzip2 are read as they are; - is standard input.',
    'Requests are decoded as their target would do it and judged parameter by parameter. What one address does without a pause of ' +
      'an hour is one incident. The outcome is what the answer tells: failed (refused, not there), attempted, possible (answered as ' +
      'any request), likely (a size that path never had, a shell that ran, a login that got in). An access log shows neither bodies nor headers.',
    'Behind a proxy name it by --trusted-proxy: the client is then the last address of X-Forwarded-For that is no such proxy; what ' +
      'a visitor wrote into the header itself is not believed. With --root the scripts that answered are looked up on this host and ' +
      'judged as `haechi scan` does: a web shell is told by its file, whatever its name, and an attack through a script that came ' +
      'while the log was written has likely succeeded.',
    'Several files are read oldest first, by the time of their last write: what is usual for a path is learnt on the way.',
  ],
  operands: { least: 1, most: Number.POSITIVE_INFINITY },
  options: weblogOptions,
  examples: [
    { command: 'haechi weblog /var/log/apache2/access.log', about: 'The report of one log.' },
    {
      command: 'haechi weblog --since 7d --html report.html /var/log/nginx/*.log',
      about: 'The last week, as a page to send on.',
    },
    { command: 'zcat old.log.gz | haechi weblog --json -', about: 'One line of JSON for each finding.' },
    {
      command: 'haechi weblog --root /var/www/html --trusted-proxy 10.0.0.0/8 access.log',
      about: 'Behind a load balancer, with the scripts of this host looked up.',
    },
    {
      command: 'haechi weblog --format \'%h %{X-Forwarded-For}i %t "%r" %>s %b\' access.log',
      about: 'A LogFormat of your own.',
    },
  ],
  exits: { 0: 'no attack', 1: 'attacks found', 2: 'a file could not be read; the report is about the rest' },
  async run({ options, operands, terminal }) {
    const confidence = options['min-confidence']
    if (confidence !== undefined && (confidence < 1 || confidence > 100)) {
      throw usage(weblog, '--min-confidence is 1 to 100')
    }
    const { runWeblog } = await import('../weblog/run.ts')
    return runWeblog(operands, options, terminal)
  },
})
