// Paths that nobody follows by a link: secrets of repositories and deployments, dumps, management pages and the addresses of known
// vulnerabilities. Each row is anchored at a path's segment; names that a site may publish are left out.

interface Probe {
  readonly what: string
  readonly confidence: number
  readonly pattern: RegExp
}

export const probes: readonly Probe[] = [
  {
    what: 'secrets of a deployment',
    confidence: 75,
    pattern:
      /\/\.(?:env(?:\.\w{1,20})?|aws\/(?:credentials|config)|npmrc|pypirc|dockercfg|docker\/config\.json|netrc|pgpass|my\.cnf|s3cfg|boto|kube\/config|azure\/|gcloud\/|config\/gcloud|vault[-_]token|htpasswd|htaccess(?:\.\w{1,8})?|passwd|ssh(?:\/|$)|gnupg\/|bash_history|zsh_history|mysql_history|viminfo|ftpconfig|remote-sync\.json|vscode\/(?:sftp|settings)\.json|DS_Store|idea\/(?:workspace|dataSources|webServers)\.xml)$/i,
  },
  {
    what: 'a repository’s own files',
    confidence: 75,
    pattern:
      /\/\.(?:git(?:\/(?:HEAD|config|index|logs\/HEAD|objects\/|refs\/)|ignore$|-credentials$)|svn\/(?:entries|wc\.db)|hg\/(?:store|hgrc|requires)|bzr\/(?:README|branch)|cvs\/(?:root|entries))/i,
  },
  {
    what: 'the workspace of a coding assistant',
    confidence: 65,
    pattern:
      /\/\.(?:aiignore|a0proj|aider|cline|claude|continue|cursor|fabric|junie|n8n|opencode|plandex|roo|rovodev|windsurf|codex|gemini|copilot|openai|anthropic)(?:$|\/(?:[\w.-]{1,60}\/){0,3}[\w.-]{1,60}$)|\/\.(?:aider|cursor|cline|roo|windsurf)[\w.-]{1,40}$/i,
  },
  {
    what: 'a dump or a backup of the site',
    confidence: 65,
    pattern:
      /\/(?:backup|dump|database|db|site|www|wwwroot|web|public_html|htdocs|mysql|data|sql|old|bak)\w{0,12}\.(?:sql|tar|tar\.gz|tgz|zip|rar|7z|bak|gz|old)(?:\.(?:gz|zip|bz2|xz|bak))?$|\/[\w.-]{1,40}\.(?:sql\.(?:gz|zip|bz2|xz)|php\.(?:bak|old|save|swp|orig|~)|php~|inc~|config\.bak)$|\.(?:php|jsp|aspx?|inc|conf|config)~(?:\/|$)/i,
  },
  {
    what: 'a configuration of the application',
    confidence: 65,
    pattern:
      /\/(?:wp-config(?:-sample)?\.(?:php|txt|inc)(?:[.~_]\w{1,8}|~)|config\.(?:inc\.php|php)(?:[.~_]\w{1,8}|~)|web\.config\.(?:bak|old|txt)|appsettings\.(?:\w{1,20}\.)?json|application(?:-\w{1,12})?\.(?:yml|properties)|credentials\.(?:json|xml|yml)|secrets?\.(?:json|yml|env)|id_(?:rsa|dsa|ecdsa|ed25519)(?:\.pub)?|server\.key|phpunit\.xml|composer\.(?:lock|json)|docker-compose\.ya?ml|Dockerfile|sftp-config\.json|terraform\.tfstate|local_settings\.py|parameters\.yml|LocalSettings\.php[~.]\w{0,6}|wp-content\/(?:debug|errors?)\.log|storage\/logs\/laravel\.log)$/i,
  },
  {
    what: 'the address of a known vulnerability',
    confidence: 75,
    pattern:
      /\/(?:vendor\/phpunit\/phpunit\/|phpunit\/(?:src\/)?util\/php\/eval-stdin\.php|eval-stdin\.php|cgi-bin\/(?:luci\/;|\.%|\.\.|php\d?\?|test-cgi|bash|sh$|awstats\.pl\?configdir)|boaform\/(?:admin\/formLogin|formLogin)|gponform\/diag_form|hnap1\/?$|_ignition\/execute-solution|telescope\/requests|actuator\/(?:env|heapdump|gateway|jolokia|mappings|configprops|trace|httptrace|loggers|threaddump|shutdown)|jolokia\/|druid\/(?:index|login)|solr\/(?:admin\/|\w{1,30}\/(?:config|dataimport|select\?.*velocity))|manager\/(?:html|text\/)|jmx-console|web-console\/|invoker\/(?:jmx|ejb|readonly)|wls-wsat\/|_async\/asyncresponse|console\/(?:css\/%252e|images\/%252e|login\/loginform)|owa\/auth\/x\.js|ecp\/\w{1,10}\.js|autodiscover\/autodiscover\.json|geoserver\/web\/|struts2?-showcase|axis2-admin|pmt\.php|fckeditor\/editor\/filemanager|wp-content\/plugins\/wp-file-manager\/lib\/php\/connector|mt-xmlrpc|xmlrpc\.php\?rsd$|setup\.cgi\?next_file|shell\?cd|goform\/|portal\/redlion|sdk\/?$|evox\/about|nmaplowercheck|nice%20ports|%c0%ae|@fs\/|tmui\/login\.jsp\/\.\.;|mgmt\/tm\/util\/bash|remote\/fgt_lang\?lang=\/\.\.|dana-na\/\.\.|vpn\/\.\.|\+cscoe\+|api\/jsonws\/invoke|index\.php\?s=\/?index\/\\think|think\\app\/invokefunction|php-?my-?admin[\d._-]{1,12}\/|pma\d{4}\/|mysql-?admin\/|server-status\/?$|debug\/pprof|\.well-known\/\.\.)/i,
  },
]
