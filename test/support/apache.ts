// Debian's Apache with PHP in it (prefork), as a private instance: its own configuration, port, document root and log.

import { globSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { requirePrograms, type Stand } from './programs.ts'
import { untilServed, type WebSite, webUser, withStage } from './web-site.ts'

const modules = '/usr/lib/apache2/modules'

/** Undefined: the test is skipped. */
export async function startApache(t: Stand): Promise<WebSite | undefined> {
  const php = `${modules}/libphp*.so`
  if (!requirePrograms(t, { '/usr/sbin/apache2': 'apache2', [php]: 'libapache2-mod-php' })) return undefined
  const stage = await withStage(t, '/var/log/apache')
  const configuration = join(stage.own, 'apache2.conf')
  writeFileSync(join(stage.own, 'php.ini'), 'display_errors=0\n')
  writeFileSync(
    configuration,
    `ServerRoot "${stage.own}"
ServerName localhost
PidFile "${stage.own}/pid"
Mutex file:${stage.own}
Listen 127.0.0.1:${stage.port}
LoadModule mpm_prefork_module ${modules}/mod_mpm_prefork.so
LoadModule authz_core_module ${modules}/mod_authz_core.so
LoadModule dir_module ${modules}/mod_dir.so
LoadModule mime_module ${modules}/mod_mime.so
LoadModule php_module ${globSync(php)[0] ?? ''}
PHPIniDir "${stage.own}"
User ${webUser}
Group ${webUser}
StartServers 4
MinSpareServers 2
MaxSpareServers 6
MaxRequestWorkers 16
Timeout 60
KeepAlive On
TypesConfig /dev/null
AddType text/html .html
AddType text/css .css
AddType image/png .png
DirectoryIndex index.html
DocumentRoot "${stage.root}"
<FilesMatch "\\.php$">
  SetHandler application/x-httpd-php
</FilesMatch>
ErrorLog "${stage.errorLog}"
LogFormat "%h %l %u %t \\"%r\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\"" combined
CustomLog "${stage.accessLog}" combined
`,
  )
  await untilServed(stage.run('/usr/sbin/apache2', ['-DFOREGROUND', '-f', configuration]), stage.port)
  return { ...stage, uploads: join(stage.root, 'uploads'), serverNames: ['apache2'] }
}
