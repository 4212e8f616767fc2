// Debian's nginx before php-fpm, as a private instance: the process that takes a request is not the one that runs its script.

import { globSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { requirePrograms, type Stand } from './programs.ts'
import { type Stage, untilServed, type WebSite, webUser, withStage } from './web-site.ts'

const fpmPrograms = '/usr/sbin/php-fpm*'

/** Undefined: the test is skipped. */
export async function startNginx(t: Stand): Promise<WebSite | undefined> {
  if (!requirePrograms(t, { '/usr/sbin/nginx': 'nginx-light', [fpmPrograms]: 'php-fpm' })) return undefined
  const stage = await withStage(t, '/var/log/nginx')
  const fpm = writeFpm(stage)
  const nginx = writeNginx(stage)
  stage.run(globSync(fpmPrograms)[0] ?? '', [
    '--nodaemonize',
    '--no-php-ini',
    '--allow-to-run-as-root',
    '--fpm-config',
    fpm,
  ])
  await untilServed(stage.run('/usr/sbin/nginx', ['-p', stage.own, '-c', nginx]), stage.port)
  return { ...stage, uploads: join(stage.root, 'uploads'), serverNames: ['nginx', 'php-fpm'] }
}

function writeFpm({ own }: Stage): string {
  const path = join(own, 'fpm.conf')
  writeFileSync(
    path,
    `[global]
error_log = ${own}/fpm.log
[www]
user = ${webUser}
group = ${webUser}
listen = ${own}/fpm.sock
listen.owner = ${webUser}
listen.group = ${webUser}
pm = static
pm.max_children = 4
`,
  )
  return path
}

function writeNginx({ own, port, root, accessLog, errorLog }: Stage): string {
  const path = join(own, 'nginx.conf')
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  writeFileSync(
    path,
    `user ${webUser};
daemon off;
worker_processes 2;
pid ${own}/nginx.pid;
error_log ${errorLog};
events { worker_connections 64; }
http {
  ${folders.map((name) => `${name}_temp_path ${own}/${name};`).join('\n  ')}
  types { text/html html; text/css css; image/png png; text/plain txt; }
  # Debian's default format is nginx's own: combined.
  access_log ${accessLog};
  fastcgi_read_timeout 60;
  client_max_body_size 8m;
  server {
    listen 127.0.0.1:${port};
    root ${root};
    index index.html;
    location ~ \\.php$ {
      if (!-f $request_filename) { return 404; }
      fastcgi_pass unix:${own}/fpm.sock;
      fastcgi_param SCRIPT_FILENAME $request_filename;
      fastcgi_param SCRIPT_NAME $fastcgi_script_name;
      fastcgi_param QUERY_STRING $query_string;
      fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param CONTENT_TYPE $content_type;
      fastcgi_param CONTENT_LENGTH $content_length;
      fastcgi_param REQUEST_URI $request_uri;
      fastcgi_param DOCUMENT_ROOT $document_root;
      fastcgi_param SERVER_PROTOCOL $server_protocol;
      fastcgi_param REMOTE_ADDR $remote_addr;
      fastcgi_param REMOTE_PORT $remote_port;
    }
  }
}
`,
  )
  return path
}
